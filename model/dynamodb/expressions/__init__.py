"""DynamoDB's little languages: conditions and filters, updates, projections, and key conditions.

`tokens`, `placeholders` and `grammar` read what all of them share; each language has a reader, and a module
of what it reads: small immutable trees that can be asked about an item. `key_conditions` narrows a condition
to what an index can answer, `legacy` makes the same trees from the parameters that came before expressions,
and `request` is how an operation gets at all of them. Source: Developer Guide, "Using expressions in DynamoDB".
"""

"""Who may call which method of a deployed API: API Gateway enforces it, and LocalStack does not.

`model.iam` has the rules. Here are the handlers in the gateway's chain (`step`), and the borders to LocalStack:
`requests` (converts requests), `functions` (calls authorizers), `plans` (reads usage plans), `errors` (converts
refusals) and `documents` (rewrites imported documents). `shared` has the state of all gateways, with its locks.
"""

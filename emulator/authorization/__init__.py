"""Who may call which method of a deployed API: what API Gateway enforces, and LocalStack does not.

Pure: `policies` (what a policy says of a call), `signatures` (Signature Version 4), `authorizers` (Lambda authorizers:
what identifies a caller, what a function answered, and for how long that is good), `api_keys` (keys, rates, quotas),
`documents` (what an OpenAPI document says of all these). Each refuses by raising a `refusals.Refusal`.

Borders: `callers` (whose an access key is, from LocalStack's IAM), `functions` (a Lambda authorizer's call), `plans`
(keys and usage plans, from moto), `sent` (a request, from LocalStack's), and `step`, which asks them all, in the order
of AWS.
"""

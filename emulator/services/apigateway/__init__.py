"""API Gateway as LocalStack has it, with what it leaves out.

`provider` is the border to LocalStack's provider, `enforcing` the chain of handlers that answers requests to APIs. On
the fast path the same chain makes `calls` of the providers of SQS and DynamoDB. Faults of requests are planned in
`request_faults` and injected by `faulted_requests`.
"""

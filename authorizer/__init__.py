"""The Lambda function that says who may call: verifies a JSON Web Token and answers with an IAM policy.

`handler` wires it up, `verification` says whose a token is, `keys` keeps the issuer's keys, `key_source` fetches them,
`policy` says what a caller may do, `settings` reads what the template says, `log` writes one line. Standard library
and joserfc (with cryptography, which it is made on) only: the bootstrap puts both into the archive.
"""

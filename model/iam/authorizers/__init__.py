"""Lambda authorizers: definition, caller's identity, event, answer, and for how long an answer is valid.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

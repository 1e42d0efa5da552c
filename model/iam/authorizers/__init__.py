"""Lambda authorizers: what identifies a caller, what a function answered about one, and for how long. Pure.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

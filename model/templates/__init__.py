"""Mapping templates of API Gateway: their text and what a template may see, rendered to a text and overrides.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
The language is Velocity's, as airspeed reads it; the variables behave as LocalStack's do (see NOTICE).
"""

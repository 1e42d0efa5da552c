"""An authorizer is what the API says, with AWS's defaults, and one that calls no function lets nobody in.

https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html
"""

from typing import Any

import pytest

from model.iam.authorizers.definition import Authorizer, function_arn, read_authorizer
from model.iam.refusals import Refusal

ARN = "arn:aws:lambda:us-east-1:111122223333:function:guard"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}/invocations"


def test_defaults_are_awss() -> None:
    model = {"id": "a1", "type": "TOKEN", "authorizerUri": URI}
    assert read_authorizer(model) == Authorizer(
        "a1", "TOKEN", URI, None, ("method.request.header.Authorization",), None, 300
    )


def test_what_is_given_is_taken() -> None:
    model: dict[str, Any] = {
        "id": "a1",
        "type": "request",
        "authorizerUri": URI,
        "authorizerCredentials": "arn:aws:iam::111122223333:role/r",
        "identitySource": "method.request.header.A, method.request.querystring.b",
        "identityValidationExpression": "x+",
        "authorizerResultTtlInSeconds": "60",
    }
    assert read_authorizer(model) == Authorizer(
        "a1",
        "REQUEST",
        URI,
        "arn:aws:iam::111122223333:role/r",
        ("method.request.header.A", "method.request.querystring.b"),
        "x+",
        60,
    )


@pytest.mark.parametrize(("ttl", "ttl_s"), [(None, 300), (0, 0), (3600, 3600), (9999, 3600), (-1, 0)])
def test_an_answer_is_good_for_an_hour_at_most(ttl: int | None, ttl_s: int) -> None:
    assert read_authorizer({"id": "a", "type": "TOKEN", "authorizerResultTtlInSeconds": ttl}).ttl_s == ttl_s


@pytest.mark.parametrize(
    "model",
    [
        None,
        {"id": "a"},
        {"id": "a", "type": "COGNITO_USER_POOLS"},
        {"id": "a", "type": "TOKEN", "authorizerResultTtlInSeconds": "soon"},
    ],
)
def test_what_is_no_authorizer_is_an_error_of_the_configuration(model: dict[str, Any] | None) -> None:
    with pytest.raises(Refusal) as refused:
        read_authorizer(model)
    assert (refused.value.response_type, refused.value.message) == ("AUTHORIZER_CONFIGURATION_ERROR", None)


def test_a_uri_names_a_function() -> None:
    assert function_arn(URI) == ARN
    assert function_arn(URI.replace("guard/", "guard:live/")) == f"{ARN}:live"
    for wrong in ("", ARN, URI.removesuffix("/invocations"), "https://example.com"):
        with pytest.raises(Refusal, match="authorizerUri"):
            function_arn(wrong)

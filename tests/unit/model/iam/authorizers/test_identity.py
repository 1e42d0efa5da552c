"""A request that lacks what identifies its caller gets 401, and nobody is asked about it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
"""

from dataclasses import replace

import pytest

from model.iam.authorizers.definition import Authorizer
from model.iam.authorizers.identity import RequestValues, identity_of
from model.iam.refusals import Refusal

SHOWN = RequestValues(
    headers={"authorization": "Bearer x", "x-empty": ""},
    query={"key": "q"},
    stage_variables={"tenant": "t"},
    context={"identity": {"sourceIp": "127.0.0.1", "user": None}, "accountId": "1"},
)
REQUEST = Authorizer("a", "REQUEST", "uri", None, (), None, 300)
TOKEN = Authorizer("a", "TOKEN", "uri", None, ("method.request.header.Authorization",), None, 300)


def test_sources_are_headers_query_stage_variables_and_context_in_their_order() -> None:
    sources = (
        "context.identity.sourceIp",
        "stageVariables.tenant",
        "method.request.querystring.key",
        "method.request.header.AUTHORIZATION",
    )
    assert identity_of(replace(REQUEST, sources=sources), SHOWN) == ("127.0.0.1", "t", "q", "Bearer x")


@pytest.mark.parametrize(
    "source",
    [
        "method.request.header.X-Other",
        "method.request.header.X-Empty",
        "method.request.querystring.none",
        "stageVariables.none",
        "context.identity.user",
        "context.identity",
        "context.none.deeper",
        "method.request.body",
        "nonsense",
    ],
)
def test_one_that_is_lacking_or_empty_is_enough(source: str) -> None:
    with pytest.raises(Refusal) as refused:
        identity_of(replace(REQUEST, sources=("stageVariables.tenant", source)), SHOWN)
    assert (refused.value.response_type, refused.value.message) == ("UNAUTHORIZED", "Unauthorized")


def test_without_sources_nobody_is_told_apart() -> None:
    assert identity_of(REQUEST, SHOWN) == ()


@pytest.mark.parametrize(("expression", "fits"), [("Bearer .+", True), ("Bearer", False), (".*y.*", False), ("", True)])
def test_a_whole_token_has_to_look_as_it_should(expression: str, fits: bool) -> None:
    authorizer = replace(TOKEN, validation=expression or None)
    if fits:
        assert identity_of(authorizer, SHOWN) == ("Bearer x",)
    else:
        with pytest.raises(Refusal, match="does not match"):
            identity_of(authorizer, SHOWN)


def test_an_expression_that_is_none_lets_nobody_in() -> None:
    with pytest.raises(Refusal) as refused:
        identity_of(replace(TOKEN, validation="("), SHOWN)
    assert refused.value.response_type == "AUTHORIZER_CONFIGURATION_ERROR"

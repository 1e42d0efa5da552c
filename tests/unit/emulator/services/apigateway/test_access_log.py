"""An access log has the values of its format's variables, and dashes for those without one.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""

import pytest

from emulator.services.apigateway.access_log import LogGroupPlace, line_of, place_of

CONTEXT = {
    "requestId": "r1",
    "status": 403,
    "identity": {"sourceIp": "127.0.0.1", "user": None},
    "authorizer": {"principalId": "ada", "tenant-id": "t", "yes": True},
}


@pytest.mark.parametrize(
    ("format_text", "line"),
    [
        ('{"id":"$context.requestId","status":"$context.status"}', '{"id":"r1","status":"403"}'),
        ("$context.authorizer.principalId $context.authorizer.tenant-id $context.authorizer.yes", "ada t true"),
        ("$context.identity.user $context.authorizer $context.none.deeper", "- - -"),
        ("$context $input.body $contexts.requestId", "$context $input.body $contexts.requestId"),
        ("$context.identity.sourceIp.", "127.0.0.1."),
    ],
)
def test_variables_have_their_values(format_text: str, line: str) -> None:
    assert line_of(format_text, CONTEXT) == line


@pytest.mark.parametrize("end", ["", ":*"])
def test_a_destination_is_a_log_group(end: str) -> None:
    arn = f"arn:aws:logs:us-east-1:111122223333:log-group:/api/access{end}"
    assert place_of(arn) == LogGroupPlace("111122223333", "us-east-1", "/api/access")


@pytest.mark.parametrize("arn", ["", "arn:aws:firehose:us-east-1:111122223333:deliverystream/amazon-apigateway-x"])
def test_another_destination_is_none(arn: str) -> None:
    assert place_of(arn) is None

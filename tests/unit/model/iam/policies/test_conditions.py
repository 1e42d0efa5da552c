"""Conditions hold as AWS says; what is not known keeps callers out, whichever way a statement is meant.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from typing import Any

import pytest

from model.iam.policies.document import read_policy
from model.iam.policies.evaluation import Call, Decision, evaluate

VALUES = {
    "aws:username": ("Ada",),
    "aws:sourceip": ("10.1.2.3",),
    "aws:currenttime": ("2026-11-28T00:00:00+00:00",),
    "aws:epochtime": ("1795824000",),
    "aws:securetransport": ("true",),
    "aws:principalarn": ("arn:aws:iam::111122223333:role/team/app",),
    "aws:number": ("10",),
    "aws:tagkeys": ("red", "blue"),
    "aws:broken": ("no address",),
}


def decision(effect: str, condition: dict[str, Any]) -> Decision:
    statement = {"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}
    return evaluate([read_policy({"Version": "2012-10-17", "Statement": statement})], Call("a:b", "arn:x", VALUES))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringEquals": {"aws:username": "Ada"}}, True),
        ({"StringEquals": {"AWS:UserName": ["Eve", "Ada"]}}, True),
        ({"StringEquals": {"aws:username": "ada"}}, False),
        ({"StringEquals": {"aws:username": "A*"}}, False),
        ({"StringEquals": {"aws:none": "x"}}, False),
        ({"StringEqualsIfExists": {"aws:none": "x"}}, True),
        ({"StringEqualsIfExists": {"aws:username": "x"}}, False),
        ({"StringNotEquals": {"aws:username": ["Eve", "Ada"]}}, False),
        ({"StringNotEquals": {"aws:none": "x"}}, True),
        ({"StringEqualsIgnoreCase": {"aws:username": "aDA"}}, True),
        ({"StringEqualsIgnoreCase": {"aws:username": "${aws:UserName}"}}, True),
        ({"StringNotEqualsIgnoreCase": {"aws:username": "ADA"}}, False),
        ({"StringLike": {"aws:username": "A*"}}, True),
        ({"StringLike": {"aws:username": "?da"}}, True),
        ({"StringNotLike": {"aws:username": "A*"}}, False),
        ({"StringEquals": {"aws:username": "${aws:username}"}}, True),
        ({"NumericLessThan": {"aws:number": "11"}}, True),
        ({"NumericLessThan": {"aws:number": 9}}, False),
        ({"NumericGreaterThanEquals": {"aws:number": "10"}}, True),
        ({"NumericNotEquals": {"aws:number": "10"}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-11-27T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2026-11-27T00:00:00Z"}}, False),
        ({"DateGreaterThan": {"aws:EpochTime": "1795823999"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"IpAddress": {"aws:SourceIp": ["192.168.0.0/16", "10.0.0.0/8"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.1.2.4"}}, False),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team/*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:*:role/team/app"}}, False),
        ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/team/a?p"}}, True),
        ({"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/team/app"}}, False),
        ({"Null": {"aws:none": "true"}}, True),
        ({"Null": {"aws:username": "true"}}, False),
        ({"Null": {"aws:username": "false"}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["red", "blue", "green"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["red"]}}, False),
        ({"ForAllValues:StringEquals": {"aws:none": ["red"]}}, True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["red"]}}, True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["green"]}}, False),
        ({"ForAnyValue:StringEquals": {"aws:none": ["red"]}}, False),
        ({"StringNotEquals": {"aws:TagKeys": "red"}}, False),
        ({"StringNotEquals": {"aws:TagKeys": "green"}}, True),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["red"]}}, True),
        ({"StringEquals": {"aws:username": "Ada", "aws:sourceip": "x"}}, False),
        ({"StringEquals": {"aws:username": "Ada"}, "Bool": {"aws:SecureTransport": "false"}}, False),
        ({}, True),
    ],
)
def test_a_statement_counts_where_its_conditions_hold(condition: dict[str, Any], holds: bool) -> None:
    assert decision("Allow", condition) is (Decision.ALLOWED if holds else Decision.IMPLICIT_DENY)
    assert decision("Deny", condition) is (Decision.EXPLICIT_DENY if holds else Decision.IMPLICIT_DENY)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringIsLovely": {"aws:username": "Ada"}},
        {"BinaryEquals": {"aws:username": "QWRh"}},
        {"stringequals": {"aws:username": "Ada"}},
        {"ForSomeValues:StringEquals": {"aws:username": "Ada"}},
        {"ForAllValues:Null": {"aws:username": "false"}},
        {"NumericEquals": {"aws:username": "1"}},
        {"NumericEquals": {"aws:number": "ten"}},
        {"DateEquals": {"aws:CurrentTime": "yesterday"}},
        {"IpAddress": {"aws:broken": "10.0.0.0/8"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/99"}},
        {"StringEquals": {"aws:username": "Ada"}, "Novel": {"aws:username": "Ada"}},
    ],
)
def test_what_nobody_can_tell_never_allows_and_always_denies(condition: dict[str, Any]) -> None:
    assert decision("Allow", condition) is Decision.IMPLICIT_DENY
    assert decision("Deny", condition) is Decision.EXPLICIT_DENY


def test_an_unknown_operator_beside_a_condition_that_fails_denies_nobody() -> None:
    assert (
        decision("Deny", {"Novel": {"aws:x": "1"}, "StringEquals": {"aws:username": "Eve"}}) is Decision.IMPLICIT_DENY
    )

"""A key is good where a plan of its has the stage, and each method has the rate that is nearest to it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from dataclasses import replace
from typing import Any

import pytest

from model.iam.api_keys.limits import Period, Quota, Rate
from model.iam.api_keys.plans import (
    ApiKey,
    Place,
    Plan,
    find_plan,
    limits_nothing,
    quotas_of_key,
    rates_of_key,
    rates_of_stage,
    read_plan,
    read_rate,
)
from model.iam.refusals import Refusal

KEY = ApiKey("k1", "value-of-the-first-key", is_enabled=True)
PLACE = Place("api", "v1", "/users/{id}/GET")
MODEL: dict[str, Any] = {
    "id": "p1",
    "apiStages": [
        {"apiId": "api", "stage": "v1", "throttle": {"/users/{id}/GET": {"rateLimit": 1.0, "burstLimit": 2}}},
        {"apiId": "api", "stage": "v2"},
    ],
    "throttle": {"rateLimit": 10.0, "burstLimit": 20},
    "quota": {"limit": 5, "period": "WEEK", "offset": 1},
}
PLAN = read_plan(MODEL, [KEY])


def test_a_plan_is_read_as_the_api_has_it() -> None:
    stages = {("api", "v1"): {"/users/{id}/GET": Rate(1, 2)}, ("api", "v2"): {}}
    assert read_plan(MODEL, [KEY]) == Plan("p1", stages, Rate(10, 20), Quota(5, 1, Period.WEEK), (KEY,))
    assert read_plan({"id": "p"}, []) == Plan("p", {}, None, None, ())


def test_a_key_is_found_in_the_plan_of_the_stage() -> None:
    elsewhere = read_plan({"id": "p0", "apiStages": [{"apiId": "other", "stage": "v1"}]}, [KEY])
    assert find_plan([elsewhere, PLAN], PLACE, KEY.value) == (PLAN, KEY)


@pytest.mark.parametrize(
    ("place", "value", "enabled"),
    [
        (PLACE, None, True),
        (PLACE, "", True),
        (PLACE, "value-of-another-key", True),
        (PLACE, KEY.value[:-1], True),
        (PLACE, KEY.value, False),
        (replace(PLACE, stage="v3"), KEY.value, True),
        (replace(PLACE, api_id="other"), KEY.value, True),
    ],
)
def test_any_other_is_forbidden(place: Place, value: str | None, enabled: bool) -> None:
    plan = replace(PLAN, keys=(replace(KEY, is_enabled=enabled),))
    with pytest.raises(Refusal) as refused:
        find_plan([plan], place, value)
    assert (refused.value.response_type, refused.value.message) == ("INVALID_API_KEY", "Forbidden")


def test_a_methods_rate_takes_the_place_of_the_plans_and_is_the_keys_own() -> None:
    assert list(rates_of_key(PLAN, KEY, PLACE).values()) == [Rate(1, 2)]
    other = replace(PLACE, method="/users/POST")
    assert list(rates_of_key(PLAN, KEY, other).values()) == [Rate(10, 20)]
    buckets = [set(rates_of_key(PLAN, key, place)) for key in (KEY, replace(KEY, id="k2")) for place in (PLACE, other)]
    assert len(set().union(*buckets)) == 4
    assert list(quotas_of_key(PLAN, KEY).values()) == [Quota(5, 1, Period.WEEK)]


@pytest.mark.parametrize(
    ("name", "holds"),
    [("users/{id}/GET", True), ("users~1{id}/GET", True), ("~1users~1{id}/GET", True), ("*/*", True), ("x/GET", False)],
)
def test_a_stages_rates_are_of_a_method_or_of_all(name: str, holds: bool) -> None:
    settings = {name: {"throttlingRateLimit": 1.0, "throttlingBurstLimit": 2}}
    assert list(rates_of_stage(settings, PLACE).values()) == ([Rate(1, 2)] if holds else [])


def test_a_methods_own_setting_goes_before_that_of_all() -> None:
    settings = {
        "*/*": {"throttlingRateLimit": 1, "throttlingBurstLimit": 1},
        "users/{id}/GET": {"throttlingRateLimit": 7, "throttlingBurstLimit": 8},
    }
    assert list(rates_of_stage(settings, PLACE).values()) == [Rate(7, 8)]


def test_what_aws_fills_in_beside_other_settings_is_no_limit() -> None:
    settings = {"*/*": {"throttlingRateLimit": 10000.0, "throttlingBurstLimit": 5000, "loggingLevel": "INFO"}}
    assert rates_of_stage(settings, PLACE) == {}
    assert rates_of_stage({"*/*": {"loggingLevel": "INFO"}}, PLACE) == {}
    assert limits_nothing(settings)
    assert limits_nothing({})
    for limited in ({"throttlingRateLimit": 1.0}, {"throttlingBurstLimit": 1}, {"throttlingRateLimit": None}):
        assert not limits_nothing({**settings, "x/GET": limited})


@pytest.mark.parametrize(
    ("per_s", "burst", "rate"),
    [
        (None, None, None),
        (-1, -1, None),
        (5, None, Rate(5, 5)),
        (0.5, None, Rate(0.5, 1)),
        (None, 3, Rate(3, 3)),
        ("2.5", "4", Rate(2.5, 4)),
        (0, 0, Rate(0, 0)),
    ],
)
def test_a_rate_is_read_from_whatever_was_set(per_s: Any, burst: Any, rate: Rate | None) -> None:
    assert read_rate(per_s, burst) == rate

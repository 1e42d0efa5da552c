"""A call takes from each limit that holds for it, or from none.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from collections.abc import Hashable, Mapping

import pytest

from model.iam.api_keys.limits import Period, Quota, Rate
from model.iam.api_keys.meter import Meter
from model.iam.refusals import Refusal

DAY = Quota(3, 0, Period.DAY)


NOW_S = 1_795_824_000.0


def outcome(
    meter: Meter, rates: Mapping[Hashable, Rate], quotas: Mapping[Hashable, Quota], now_s: float = NOW_S
) -> str:
    try:
        meter.take(rates, quotas, now_s)
    except Refusal as refusal:
        return f"{refusal.response_type}: {refusal.message}"
    return "ok"


def test_what_one_limit_refuses_costs_nothing_of_the_others() -> None:
    meter = Meter()
    slow: dict[Hashable, Rate] = {"slow": Rate(1, 1)}
    fast: dict[Hashable, Rate] = {"fast": Rate(1, 4)}
    assert outcome(meter, {**slow, **fast}, {"q": DAY}) == "ok"
    for _ in range(5):
        assert outcome(meter, {**slow, **fast}, {"q": DAY}) == "THROTTLED: Too Many Requests"
    assert [outcome(meter, fast, {"q": DAY}) for _ in range(3)] == ["ok", "ok", "QUOTA_EXCEEDED: Limit Exceeded"]
    later_s = NOW_S + 1
    assert outcome(meter, {**slow, **fast}, {"q": DAY}, later_s) == "QUOTA_EXCEEDED: Limit Exceeded"
    assert outcome(meter, slow, {}, later_s) == "ok", "the refused call took nothing from the bucket"


def test_each_has_its_own() -> None:
    meter = Meter()
    assert outcome(meter, {"a": Rate(1, 1)}, {}) == "ok"
    assert outcome(meter, {"b": Rate(1, 1)}, {}) == "ok"
    assert outcome(meter, {"a": Rate(1, 1)}, {}) == "THROTTLED: Too Many Requests"


def test_a_changed_rate_holds_at_once_and_a_changed_quota_counts_what_was_used() -> None:
    meter = Meter()
    assert outcome(meter, {"a": Rate(1, 1)}, {"q": Quota(1, 0, Period.DAY)}) == "ok"
    assert outcome(meter, {"a": Rate(1, 5)}, {"q": Quota(1, 0, Period.DAY)}) == "QUOTA_EXCEEDED: Limit Exceeded"
    assert outcome(meter, {"a": Rate(1, 5)}, {"q": Quota(2, 0, Period.DAY)}) == "ok"
    assert outcome(meter, {"a": Rate(1, 5)}, {"q": Quota(2, 0, Period.DAY)}) == "QUOTA_EXCEEDED: Limit Exceeded"


def test_a_call_without_limits_is_not_counted() -> None:
    with pytest.raises(Refusal):
        Meter().take({"a": Rate(1, 0)}, {}, NOW_S)
    assert outcome(Meter(), {}, {}) == "ok"

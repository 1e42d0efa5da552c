"""Usage plans as API Gateway's API describes them: the plan that a key is in, and its limits for a method.

https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html
https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from model.iam.api_keys.limits import Period, Quota, Rate
from model.iam.refusals import INVALID_API_KEY, Refusal

EVERY_METHOD: Final = "*/*"
# The default of a stage's settings: the limit of a whole account, which is not enforced here.
UNLIMITED: Final = Rate(10_000, 5_000)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key."""

    id: str
    """Its ID."""
    value: str
    """The value that a request sends."""
    is_enabled: bool
    """Whether it may be used."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A usage plan."""

    id: str
    """Its ID."""
    stages: Mapping[tuple[str, str], Mapping[str, Rate]]
    """The rates of single methods, such as `/users/POST`, by API and stage."""
    rate: Rate | None
    """The rate of all calls with a key; None if it is not limited."""
    quota: Quota | None
    """The quota of all calls with a key; None if it is not limited."""
    keys: tuple[ApiKey, ...] = field(default=())
    """The keys of the plan."""


@dataclass(frozen=True, slots=True)
class Place:
    """The method that is called."""

    api_id: str
    """The API."""
    stage: str
    """Its stage."""
    method: str
    """Its name in settings, such as `/users/{id}/GET`."""


def find_plan(plans: Iterable[Plan], place: Place, value: str | None) -> tuple[Plan, ApiKey]:
    """Return the plan that lets a key call a stage, and the key with this value.

    Raises:
        Refusal: no key was sent, or one that may not call this stage.
    """
    if value:
        for plan in plans:
            if (place.api_id, place.stage) in plan.stages:
                for key in plan.keys:
                    if key.value == value and key.is_enabled:
                        return plan, key
    raise Refusal(INVALID_API_KEY, "Forbidden")


def read_plan(model: Mapping[str, Any], keys: Iterable[ApiKey]) -> Plan:
    """Return a plan from its description in API Gateway's API."""
    return Plan(
        id=str(model["id"]),
        stages={
            (str(stage["apiId"]), str(stage["stage"])): {
                method: rate
                for method, settings in (stage.get("throttle") or {}).items()
                if (rate := read_rate(settings.get("rateLimit"), settings.get("burstLimit"))) is not None
            }
            for stage in model.get("apiStages") or ()
        },
        rate=_throttle(model.get("throttle")),
        quota=_quota(model.get("quota")),
        keys=tuple(keys),
    )


def rates_of_key(plan: Plan, key: ApiKey, place: Place) -> Mapping[Hashable, Rate]:
    """Return the rates for a key's call: one for the method replaces the plan's."""
    of_method = plan.stages[place.api_id, place.stage].get(place.method)
    if of_method:
        return {("key", plan.id, key.id, place): of_method}
    return {("key", plan.id, key.id): plan.rate} if plan.rate else {}


def quotas_of_key(plan: Plan, key: ApiKey) -> Mapping[Hashable, Quota]:
    """Return the quota for a key's call."""
    return {("key", plan.id, key.id): plan.quota} if plan.quota else {}


def rates_of_stage(settings: Mapping[str, Mapping[str, Any]], place: Place) -> Mapping[Hashable, Rate]:
    """Return the rates of a stage's own settings for a call, whatever its key.

    Args:
        settings: by method, with slashes escaped or not, and `*/*` for all methods, each with a bucket of its own.
        place: the method that is called.
    """
    by_method = {name.replace("~1", "/").strip("/"): setting for name, setting in settings.items()}
    for name in (place.method.strip("/"), EVERY_METHOD):
        found = by_method.get(name)
        rate = read_rate(found.get("throttlingRateLimit"), found.get("throttlingBurstLimit")) if found else None
        if rate is not None:
            return {} if rate == UNLIMITED else {("stage", place): rate}
    return {}


def limits_nothing(settings: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a stage's settings have no rates but AWS's default: a quick check for each request."""
    return all(
        setting.get("throttlingRateLimit", UNLIMITED.per_s) == UNLIMITED.per_s
        and setting.get("throttlingBurstLimit", UNLIMITED.burst) == UNLIMITED.burst
        for setting in settings.values()
    )


def read_rate(per_s: Any, burst: Any) -> Rate | None:
    """Return a rate; None if nothing is limited, which is also the meaning of a negative value.

    If only one of the two is given, a burst is the calls of one second, and a rate is the burst per second.
    """
    if per_s is None and burst is None:
        return None
    per_s = float(per_s if per_s is not None else burst)
    burst = int(float(burst)) if burst is not None else max(int(per_s), 1)
    return None if per_s < 0 or burst < 0 else Rate(per_s, burst)


def _throttle(model: Mapping[str, Any] | None) -> Rate | None:
    return read_rate(model.get("rateLimit"), model.get("burstLimit")) if model else None


def _quota(model: Mapping[str, Any] | None) -> Quota | None:
    if not model or model.get("limit") is None:
        return None
    return Quota(int(model["limit"]), int(model.get("offset") or 0), Period(str(model.get("period", "DAY")).upper()))

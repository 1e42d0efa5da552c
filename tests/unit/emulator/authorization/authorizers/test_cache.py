"""A grant holds for its caller, on its stage, and for its time: for nobody else, and no longer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from dataclasses import replace

from emulator.authorization.authorizers.answers import Grant
from emulator.authorization.authorizers.cache import GrantCache, Key
from emulator.authorization.authorizers.definition import Authorizer

GUARD = Authorizer("a", "TOKEN", "uri", None, ("method.request.header.Authorization",), None, 300)
KEY = Key("api", "v1", GUARD, ("Bearer x",))
GRANT = Grant((), {"principalId": "ada"}, None)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_grant_is_good_until_its_time_is_up() -> None:
    clock = Clock()
    cache = GrantCache(clock)
    assert cache.get(KEY) is None
    cache.put(KEY, GRANT)
    clock.now_s = 299.9
    assert cache.get(KEY) is GRANT
    clock.now_s = 300
    assert cache.get(KEY) is None


def test_it_is_nobody_elses() -> None:
    cache = GrantCache(Clock())
    cache.put(KEY, GRANT)
    for other in (
        replace(KEY, api_id="other"),
        replace(KEY, stage="v2"),
        replace(KEY, identity=("Bearer y",)),
        replace(KEY, authorizer=replace(GUARD, uri="another function")),
        replace(KEY, authorizer=replace(GUARD, id="b")),
    ):
        assert cache.get(other) is None


def test_nothing_is_kept_without_a_time_or_where_nothing_tells_callers_apart() -> None:
    cache = GrantCache(Clock())
    for key in (replace(KEY, authorizer=replace(GUARD, ttl_s=0)), replace(KEY, identity=())):
        cache.put(key, GRANT)
        assert cache.get(key) is None


def test_a_flush_forgets_a_stage_and_no_other() -> None:
    cache = GrantCache(Clock())
    other = replace(KEY, stage="v2")
    cache.put(KEY, GRANT)
    cache.put(other, GRANT)
    cache.flush("api", "v1")
    assert (cache.get(KEY), cache.get(other)) == (None, GRANT)


def test_it_is_bounded_and_the_oldest_go_first() -> None:
    cache = GrantCache(Clock(), max_grants=2)
    keys = [replace(KEY, identity=(str(number),)) for number in range(3)]
    for key in keys:
        cache.put(key, GRANT)
    assert [cache.get(key) for key in keys] == [None, GRANT, GRANT]

"""A grant holds for its caller, on its stage, and for its time: for nobody else, and no longer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from dataclasses import replace

from model.iam.authorizers.answers import Grant
from model.iam.authorizers.cache import GrantCache, Key
from model.iam.authorizers.definition import Authorizer

GUARD = Authorizer("a", "TOKEN", "uri", None, ("method.request.header.Authorization",), None, 300)
KEY = Key("api", "v1", GUARD, ("Bearer x",))
GRANT = Grant((), {"principalId": "ada"}, None)


def test_a_grant_is_good_until_its_time_is_up() -> None:
    cache = GrantCache()
    assert cache.get(KEY, 0) is None
    cache.put(KEY, GRANT, 0)
    assert cache.get(KEY, 299.9) is GRANT
    assert cache.get(KEY, 300) is None


def test_it_is_nobody_elses() -> None:
    cache = GrantCache()
    cache.put(KEY, GRANT, 0)
    for other in (
        replace(KEY, api_id="other"),
        replace(KEY, stage="v2"),
        replace(KEY, identity=("Bearer y",)),
        replace(KEY, authorizer=replace(GUARD, uri="another function")),
        replace(KEY, authorizer=replace(GUARD, id="b")),
    ):
        assert cache.get(other, 0) is None


def test_nothing_is_kept_without_a_time_or_where_nothing_tells_callers_apart() -> None:
    cache = GrantCache()
    for key in (replace(KEY, authorizer=replace(GUARD, ttl_s=0)), replace(KEY, identity=())):
        cache.put(key, GRANT, 0)
        assert cache.get(key, 0) is None


def test_a_flush_forgets_a_stage_and_no_other() -> None:
    cache = GrantCache()
    other = replace(KEY, stage="v2")
    cache.put(KEY, GRANT, 0)
    cache.put(other, GRANT, 0)
    cache.flush("api", "v1")
    assert (cache.get(KEY, 0), cache.get(other, 0)) == (None, GRANT)


def test_it_is_bounded_and_the_oldest_go_first() -> None:
    cache = GrantCache(max_grants=2)
    keys = [replace(KEY, identity=(str(number),)) for number in range(3)]
    for key in keys:
        cache.put(key, GRANT, 0)
    assert [cache.get(key, 0) for key in keys] == [None, GRANT, GRANT]

"""Whether two runs can be compared."""

from dataclasses import replace

from harness.store.record import EngineRecord, GitRecord
from harness.store.run_differences import RunDifferences, run_differences
from tests.unit.harness.literal_results import RECORD


def test_the_same_run_is_alike() -> None:
    assert run_differences(RECORD, RECORD) == RunDifferences((), ())


def test_another_place_and_time_make_no_difference() -> None:
    other = replace(RECORD, run_id="x", started_at="y", api_url="z", account="1" * 12, phases_ms={}, arguments=())
    assert run_differences(RECORD, other) == RunDifferences((), ())


def test_another_workload_is_an_obstacle_and_another_seed_is_not() -> None:
    first = replace(RECORD, workload={"seed": 1, "flows": 3, "arrival": {"kind": "closed loop", "clients": 10}})
    second = replace(RECORD, workload={"seed": 2, "flows": 3, "arrival": {"kind": "closed loop", "clients": 50}})
    assert run_differences(first, second) == RunDifferences(("workload arrival clients 10 -> 50",), ("seed 1 -> 2",))


def test_another_kind_of_engine_is_an_obstacle() -> None:
    other = replace(RECORD, engine=EngineRecord("external", version="4.14.0"))
    assert run_differences(RECORD, other).obstacles == ("engine kind embedded -> external",)


def test_versions_and_revision_may_be_the_cause() -> None:
    other = replace(
        RECORD,
        engine=replace(RECORD.engine, version="4.15.0"),
        versions={"python": "3.13.2"},
        git=GitRecord("abcdef0", dirty=True),
    )
    assert run_differences(RECORD, other).others == (
        "engine version 4.14.0 -> 4.15.0",
        "version of aiohttp 3.13.0 -> None",
        "version of python 3.13.1 -> 3.13.2",
        "git revision 0d1de9f -> abcdef0",
    )


def test_a_run_without_a_checkout_can_be_compared() -> None:
    assert len(run_differences(RECORD, replace(RECORD, git=None)).others) == 1

"""`harness soak` on a launcher and an API that are stand-ins: what is said, kept, and answered to a script."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.command_line import main
from harness.errors import ExitCode
from harness.store.runs import RunStore
from harness.transport import Request, Response, Transport
from tests.unit.harness.conftest import WriteModule
from tests.unit.harness.fake_api import FakeApi
from tests.unit.harness.fake_stack import dependencies, quick_api
from tests.unit.harness.faults.fake_control import ACCOUNT_ID, ENDPOINT_URL, FakeControl
from tests.unit.harness.stack.test_deployment import OUTPUTS
from tests.unit.harness.test_command_line import LAUNCHER

type Soak = Callable[..., Result]

KINDS = "gsi-lag,table-lag"


class EngineWithFaults:
    """The deployed API, and beside it the engine's own, each fault of which hits one flow as soon as it is set."""

    def __init__(self, api: FakeApi, *, hits: bool = True) -> None:
        self._api = api
        self._control = FakeControl()
        self._hits = hits

    async def send(self, request: Request, timeout_s: float) -> Response:
        """Implement `harness.transport.Transport`."""
        own, path = f"{OUTPUTS['endpoint_url']}/_emulator/faults", f"{ENDPOINT_URL}/_emulator/faults"
        if not request.url.startswith(own):
            return await self._api.send(request, timeout_s)
        url = request.url.replace(own, path).replace(OUTPUTS["account_id"], ACCOUNT_ID)
        answer = await self._control.send(replace(request, url=url), timeout_s)
        if self._hits and (request.method, answer.status) == ("PUT", 201):
            self._control.hit(url.rpartition("/")[2], 1)
        return answer


@pytest.fixture
def api() -> FakeApi:
    return quick_api()


@pytest.fixture
def soak(write_module: WriteModule, api: FakeApi) -> Soak:
    write_module("emulator", LAUNCHER)

    def run(*arguments: str, hits: bool = True) -> Result:
        @asynccontextmanager
        async def open_transport(_connections: int) -> AsyncIterator[Transport]:
            yield EngineWithFaults(api, hits=hits)

        around = replace(dependencies(api), open_transport=open_transport)
        options = ["--kinds", KINDS, "--flows", "30", "--seed", "7", *arguments]
        return CliRunner().invoke(main, ["soak", *options], obj=around)

    return run


def test_rounds_are_valid_and_each_kind_hit_something(soak: Soak, tmp_path: Path) -> None:
    done = soak("--rounds", "2", "--json")
    assert done.exit_code == ExitCode.VALID, done.output
    told = json.loads(done.stdout)
    assert (told["seed"], told["verdict"]["word"], told["proved_nothing"]) == (7, "valid", [])
    assert [each["number"] for each in told["rounds"]] == [1, 2]
    assert "round 1: valid in " in done.stderr
    assert RunStore(tmp_path / ".harness" / "runs").names() == []
    assert list((tmp_path / ".harness" / "transient").iterdir()) == []


def test_a_kind_that_hits_nothing_is_named_and_proves_nothing(soak: Soak) -> None:
    done = soak("--rounds", "1", hits=False)
    assert done.exit_code == ExitCode.UNKNOWN
    assert "proved nothing" in done.stdout
    assert "hit none of 0" in done.stdout


def test_an_invalid_round_is_kept_and_can_be_made_again(soak: Soak, api: FakeApi, tmp_path: Path) -> None:
    api.stored = lambda user: user | {"name": "Somebody Else"}
    done = soak("--rounds", "2")
    assert done.exit_code == ExitCode.INVALID
    names = RunStore(tmp_path / ".harness" / "runs").names()
    assert len(names) == 2
    for name in names:
        assert f"again: harness replay {name}" in done.stderr
        assert f"again: harness replay {name}" in done.stdout


def test_the_same_seed_makes_the_same_rounds(soak: Soak) -> None:
    told = [json.loads(soak("--rounds", "1", "--json").stdout) for _ in range(2)]
    assert told[0]["rounds"][0]["workload"] == told[1]["rounds"][0]["workload"]


def test_ctrl_c_ends_it_with_the_summary(soak: Soak, monkeypatch: pytest.MonkeyPatch) -> None:
    async def interrupt(_delay_s: float, *_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "sleep", interrupt)
    done = soak("--rounds", "2")
    assert done.exit_code == ExitCode.INTERRUPTED
    assert "interrupted" in done.stdout


def test_when_no_round_can_be_made_any_more_the_summary_comes_before_the_reason(
    soak: Soak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EngineWithFaults, "send", _refuse)
    done = soak("--rounds", "2")
    assert done.exit_code == ExitCode.MISUSE
    assert "no round could be made any more" in done.stdout
    assert done.stderr.splitlines()[-1].startswith("harness: ")


async def _refuse(_engine: EngineWithFaults, _request: Request, _timeout_s: float) -> Response:
    return Response(404, {}, b"{}")

"""The loop of the harness: what it runs, how Ctrl-C ends it, and that its clock is good enough to measure by."""

import asyncio
import signal
import subprocess
import sys
import textwrap
from itertools import pairwise

import pytest

from harness.running.event_loop import run_loop


def test_it_returns_what_the_coroutine_returns() -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    assert run_loop(answer()) == 42


def test_it_raises_what_the_coroutine_raises() -> None:
    async def fail() -> None:
        raise LookupError("nobody")

    with pytest.raises(LookupError, match="nobody"):
        run_loop(fail())


def test_it_is_uvloops_where_that_is_installed_and_asyncios_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    async def name() -> str:
        return type(asyncio.get_running_loop()).__mro__[1].__module__

    assert run_loop(name()).startswith("uvloop")
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert run_loop(name()).startswith("asyncio")


def test_its_clock_goes_on_within_one_turn_in_less_than_a_millisecond() -> None:
    async def steps() -> list[float]:
        clock = asyncio.get_running_loop().time
        times_s = {clock() for _ in range(1000)}
        return sorted(times_s)

    times_s = run_loop(steps())
    assert len(times_s) > 100
    assert min(after - before for before, after in pairwise(times_s)) < 0.000_1


def test_its_timers_agree_with_its_clock() -> None:
    async def late_by_s() -> float:
        loop = asyncio.get_running_loop()
        meant_s = loop.time() + 0.05
        called_s: asyncio.Future[float] = loop.create_future()
        loop.call_at(meant_s, lambda: called_s.set_result(loop.time()))
        return await called_s - meant_s

    assert -0.002 < run_loop(late_by_s()) < 1


def test_ctrl_c_cancels_the_coroutine_and_lets_it_end() -> None:
    program = """
        import asyncio
        from harness.running.event_loop import run_loop

        async def wait():
            try:
                print("waiting", flush=True)
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.01)
                print("ended", flush=True)

        try:
            run_loop(wait())
        except KeyboardInterrupt:
            print("interrupted", flush=True)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    assert output == "ended\ninterrupted\n"
    assert process.returncode == 0

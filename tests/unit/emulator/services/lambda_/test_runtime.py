"""One process and its wires: here a program that speaks the Runtime API by hand, as no good client would."""

import os
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from emulator.services.lambda_.output import Output
from emulator.services.lambda_.runtime import Exited, Runtime
from emulator.services.lambda_.runtime_api import Answered, Invocation, NextRequested
from tests.waiting import wait_until

# It asks for an invocation, answers it, and ends without a look at the reply.
HASTY = """
    import os, socket
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    api = socket.create_connection((host, int(port)))
    api.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: api\\r\\n\\r\\n")
    api.recv(65536)
    print("answering", flush=True)
    path = b"/2018-06-01/runtime/invocation/id-1/response"
    api.sendall(b"POST " + path + b" HTTP/1.1\\r\\nHost: api\\r\\nContent-Length: 2\\r\\n\\r\\n{}")
    os._exit(0)
"""


def test_an_answer_counts_though_its_process_has_ended_when_it_is_read(tmp_path: Path) -> None:
    output = Output()
    command = [sys.executable, "-c", textwrap.dedent(HASTY)]
    runtime = Runtime(command, tmp_path, lambda api: {"AWS_LAMBDA_RUNTIME_API": api}, output)
    deadline = time.monotonic() + 20
    assert runtime.wait(deadline) == NextRequested()
    runtime.deliver(Invocation("id-1", "arn", "Root=1-2", b"{}", 0), deadline)
    children = psutil.Process(os.getpid()).children()
    wait_until(lambda: all(child.status() == psutil.STATUS_ZOMBIE for child in children))
    assert runtime.wait(deadline) == Answered(b"{}", is_error=False)
    assert output.take() == "answering\n"
    assert runtime.wait(deadline) == Exited(0)
    runtime.end()


# Two processes that never wait, on the same processor.
GREEDY = """
    import os
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.fork()
    while True:
        pass
"""


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux says it")
def test_what_another_process_had_of_the_processor_is_known(tmp_path: Path) -> None:
    runtime = Runtime([sys.executable, "-c", textwrap.dedent(GREEDY)], tmp_path, lambda _api: {}, Output())
    try:
        wait_until(runtime.waited_for_processor_s, lambda waited_s: waited_s > 0.2)
    finally:
        runtime.end()


def test_nothing_is_known_of_a_process_that_has_ended(tmp_path: Path) -> None:
    runtime = Runtime([sys.executable, "-c", ""], tmp_path, lambda _api: {}, Output())
    assert runtime.wait(time.monotonic() + 20) == Exited(0)
    assert runtime.waited_for_processor_s() == 0
    runtime.end()

"""Faults of an API's requests: each does what it says, to whom it says, that often, and heals."""

import math
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.integration.engine_fixture import RunningEngine, aws_clients
from tests.integration.faults_fixture import EngineFaults, flow_header
from tests.integration.stack_fixture import Stack, deploy
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("without-speed-ups")

ACCOUNT_ID = "300000000002"
OTHER_ACCOUNT_ID = "300000000003"
USER = {"name": "Ada", "email": "ada@example.com"}
POST, STATUS = "POST /users", "GET /status/{messageId}"
FLOWS = 150


class Api:
    """A deployed API, its faults, and what a client sees of it."""

    def __init__(self, stack: Stack, faults: EngineFaults) -> None:
        self.stack = stack
        self.faults = faults

    def post(self, flow: int | None = None) -> requests.Response:
        return self._send("POST", "/users", flow, json=USER)

    def poll(self, flow: int | None = None) -> requests.Response:
        return self._send("GET", "/status/none", flow)

    def _send(self, method: str, path: str, flow: int | None, **more: Any) -> requests.Response:
        headers = {} if flow is None else flow_header(flow)
        return requests.request(method, self.stack.api_url + path, headers=headers, timeout=30, **more)

    def polled(self, clients: int) -> dict[int, int]:
        """Return the status that each flow gets, polling side by side."""
        with ThreadPoolExecutor(clients) as pool:
            return dict(enumerate(pool.map(lambda flow: self.poll(flow).status_code, range(FLOWS))))

    def flows_hit(self, name: str) -> set[int]:
        return {firing["flow"] for firing in self.faults.firings(name)}


@pytest.fixture(scope="module", params=["with speed-ups", "without"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Api:
    engine = request.getfixturevalue("engine_without_speed_ups" if request.param == "without" else "engine")
    return deployed(engine, ACCOUNT_ID, tmp_path_factory)


def deployed(engine: RunningEngine, account_id: str, work_dirs: pytest.TempPathFactory) -> Api:
    aws = aws_clients(engine.endpoint_url, account_id)
    work_dir = work_dirs.mktemp("stack")
    stack = deploy(engine.endpoint_url, account_id, aws, stack_name="faulted", work_dir=work_dir)
    return Api(stack, EngineFaults(engine.endpoint_url, account_id))


@pytest.fixture(autouse=True)
def all_healed(api: Api) -> Iterator[None]:
    yield
    api.faults.heal_all()
    api.stack.wait_until_quiet()


@pytest.mark.parametrize(
    ("kind", "status", "message", "error_type"),
    [
        ("api-429", 429, "Too Many Requests", "TooManyRequestsException"),
        ("api-500", 500, "Internal server error", "InternalServerErrorException"),
        ("api-504", 504, "Endpoint request timed out", "InternalServerErrorException"),
    ],
)
def test_an_error_is_answered_as_api_gateway_does_and_nothing_is_sent(
    kind: str, status: int, message: str, error_type: str, api: Api
) -> None:
    api.faults.set("error", kind, rate=1, scope={"operations": [POST]})
    before = len(api.stack.items())
    answer = api.post(1)
    assert (answer.status_code, answer.json()) == (status, {"message": message})
    assert answer.headers["x-amzn-ErrorType"] == error_type
    assert answer.headers["Content-Type"] == "application/json"
    assert len(answer.headers["x-amzn-RequestId"]) == 36
    assert answer.headers.get("Retry-After") == ("1" if status == 429 else None), "the API's document says so"
    api.stack.wait_until_quiet()
    assert len(api.stack.items()) == before
    assert api.poll(1).status_code == 404, "a fault of creates is none of polls"
    assert api.post(1).status_code == 202, "its second attempt"
    (firing,) = api.faults.firings("error")
    assert (firing["flow"], firing["operation"], firing["resource"]) == (1, POST, api.stack.outputs["api_id"])


def test_a_connection_is_reset_before_anything_is_done(api: Api) -> None:
    api.faults.set("reset", "api-reset-before", rate=1)
    before = len(api.stack.items())
    with pytest.raises(requests.ConnectionError, match="reset"):
        api.post(1)
    api.stack.wait_until_quiet()
    assert len(api.stack.items()) == before
    assert api.post(1).status_code == 202


def test_a_connection_is_reset_after_the_request_was_carried_out(api: Api) -> None:
    api.faults.set("reset", "api-reset-after", rate=1, scope={"operations": [POST]})
    before = len(api.stack.items())
    with pytest.raises(requests.ConnectionError, match="reset"):
        api.post(1)
    wait_until(lambda: len(api.stack.items()), lambda count: count == before + 1)


@pytest.mark.parametrize("kind", ["api-reset-before", "api-reset-after"])
def test_a_reset_is_one_of_tcp_without_a_byte_of_an_answer(kind: str, api: Api) -> None:
    api.faults.set("reset", kind, rate=1)
    place = urlsplit(api.stack.api_url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(f"GET {place.path}/status/none HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_latencies_add_up_and_hold_up_nobody_else(api: Api) -> None:
    api.faults.set("slow", "api-latency", rate=1, delay={"fixed_ms": 700}, scope={"flows": [0, 0]})
    api.faults.set("slower", "api-latency", rate=1, delay={"fixed_ms": 800}, scope={"flows": [0, 0]})
    api.poll(1)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(api.poll, 0)
        wait_until(lambda: api.faults.get("slower")["fired"] == 1)
        answers = []
        while not slow.done():
            answers.append(api.poll(1).elapsed.total_seconds())
            time.sleep(0.02)  # a pace, not a wait
    assert slow.result().status_code == 404
    assert slow.result().elapsed.total_seconds() >= 1.5
    assert len(answers) > 5, "others were held up"


def test_who_gives_up_while_it_waits_has_sent_nothing(api: Api) -> None:
    api.faults.set("slow", "api-latency", rate=1, delay={"fixed_ms": 500}, scope={"operations": [POST]})
    before = len(api.stack.items())
    place = urlsplit(api.stack.api_url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        head = f"POST {place.path}/users HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        body = '{"name": "Ada", "email": "ada@example.com"}'
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        wait_until(lambda: api.faults.get("slow")["fired"] == 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    api.faults.set("marker", "api-latency", rate=1, delay={"fixed_ms": 700}, scope={"operations": [STATUS]})
    assert api.poll().status_code == 404, "an answer to what was sent later"
    api.stack.wait_until_quiet()
    assert len(api.stack.items()) == before


def test_the_same_flows_are_hit_at_any_concurrency_and_as_many_as_the_rate_says(api: Api) -> None:
    seen = []
    for clients in (1, 16):
        api.faults.set("some", "api-500", seed=11, rate=0.2, scope={"operations": [STATUS]}, ttl_s=600 + clients)
        statuses = api.polled(clients)
        hit = {flow for flow, status in statuses.items() if status == 500}
        assert api.flows_hit("some") == hit
        state = api.faults.get("some")
        assert (state["eligible"], state["fired"]) == (FLOWS, len(hit))
        seen.append(hit)
    assert seen[0] == seen[1]
    assert abs(len(seen[0]) - 0.2 * FLOWS) <= 5 * math.sqrt(FLOWS * 0.2 * 0.8)
    api.faults.set("some", "api-500", seed=12, rate=0.2, scope={"operations": [STATUS]})
    api.polled(16)
    assert api.flows_hit("some") != seen[0]


def test_as_many_attempts_are_hit_as_it_says_and_no_more_things_than_its_limit(api: Api) -> None:
    api.faults.set("twice", "api-500", rate=1, times=2, limit=5)
    attempts = {flow: [api.poll(flow).status_code for _ in range(3)] for flow in range(3)}
    assert attempts == {0: [500, 500, 404], 1: [500, 500, 404], 2: [500, 404, 404]}
    assert api.faults.get("twice")["state"] == "limited"


def test_what_is_of_no_flow_is_known_by_what_is_in_it(api: Api) -> None:
    api.faults.set("once", "api-500", rate=1)
    assert [api.poll().status_code for _ in range(3)] == [500, 404, 404]
    assert api.stack.get("/status/other").status_code == 500
    assert {firing["flow"] for firing in api.faults.firings("once")} == {None}


def test_a_path_that_the_api_does_not_have_is_an_operation_as_it_was_sent(api: Api) -> None:
    api.faults.set("once", "api-504", rate=1, scope={"operations": ["GET /none"]})
    assert [api.stack.get("/none").status_code for _ in range(2)] == [504, 403]


def test_only_its_own_account_is_hit(api: Api) -> None:
    foreign = EngineFaults(api.faults.endpoint_url, OTHER_ACCOUNT_ID)
    with foreign.during("foreign", "api-500", rate=1):
        assert api.poll(1).status_code == 404
        assert foreign.get("foreign")["eligible"] == 0


@pytest.mark.parametrize("end", ["healed", "expired"])
def test_it_heals(end: str, api: Api) -> None:
    api.faults.set("ending", "api-500", rate=1, times=1_000_000, ttl_s=60 if end == "healed" else 0.3)
    statuses = Counter([api.poll(flow).status_code for flow in range(3)])
    if end == "healed":
        assert statuses == {500: 3}
        api.faults.heal("ending")
    else:
        wait_until(lambda: api.faults.get("ending")["state"], lambda state: state == "expired")
    assert [api.poll(flow).status_code for flow in range(3)] == [404] * 3
    assert api.faults.get("ending")["state"] == end


def test_an_api_that_is_asked_in_another_way_is_hit_too(api: Api) -> None:
    api_id, host = api.stack.outputs["api_id"], urlsplit(api.stack.api_url).netloc
    stage = urlsplit(api.stack.api_url).path.rpartition("/")[2]
    api.faults.set("any", "api-500", rate=1, times=10)
    by_path = requests.get(f"http://{host}/restapis/{api_id}/{stage}/_user_request_/status/none", timeout=30)
    by_host = requests.get(
        f"http://{host}/{stage}/status/none",
        headers={"Host": f"{api_id}.execute-api.localhost.localstack.cloud:4566"},
        timeout=30,
    )
    head = requests.head(f"{api.stack.api_url}/status/none", timeout=30)
    assert (by_path.status_code, by_host.status_code, head.status_code) == (500, 500, 500)
    operations = [firing["operation"] for firing in api.faults.firings("any")]
    assert operations == [STATUS, STATUS, "HEAD /status/none"]

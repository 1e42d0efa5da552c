"""Who calls, from the workload to the history: strangers are refused, everybody else is known."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.callers import Auth, Callers, NoUnauthorizedCallers, UnauthorizedCallers
from harness.callers.of_run import token_callers
from harness.callers.parameters import parameters_of_auth
from harness.command_line import main
from harness.commands.workload_options import DEFAULT_UNAUTHORIZED_SHARE
from harness.driving.driver import drive
from harness.errors import MisuseError
from harness.history.reader import read_history
from harness.history.recorder import Recorders
from harness.history.writer import Header, HistoryWriter
from harness.operations import FlowEnding, Meaning
from harness.stack.contracts import users_api_contract
from harness.transport import Request, Response
from harness.workload import Workload
from harness.workload.document import workload_from_json, workload_to_json
from harness.workload.ranges import check_workload
from harness.workload.unauthorized_callers import WAYS, way_of
from tests.unit.harness.fake_api import API_URL, FakeApi
from tests.unit.harness.recording import KeepingRecorder
from tests.unit.harness.virtual_time import run_in_virtual_time

WORK = Workload(seed=1, flows=40, confirming_polls=0, auth=Auth.JWT, strangers=0.5)


@dataclass
class GuardedApi(FakeApi):
    """Lets in who says so."""

    is_open: bool = False
    refused: list[Request] = field(default_factory=list)

    async def send(self, request: Request, timeout_s: float) -> Response:
        if not self.is_open and request.headers.get("Authorization") != "good":
            self.refused.append(request)
            return Response(401, {}, b'{"message": "Unauthorized"}')
        return await super().send(request, timeout_s)


@dataclass
class Sender:
    """Sends this."""

    value: str

    def authorized(self, request: Request) -> Request:
        return replace(request, headers={**request.headers, "Authorization": self.value})


class Bad(UnauthorizedCallers):
    def one(self, how: str) -> Sender:
        return Sender(how)


CALLERS = Callers(Sender("good"), Bad(), "ada")


def driven(api: GuardedApi) -> KeepingRecorder:
    recorder = KeepingRecorder()
    assert run_in_virtual_time(drive(WORK, api, API_URL, recorder, callers=CALLERS)) is None
    return recorder


def test_strangers_are_refused_and_all_others_get_their_result() -> None:
    api = GuardedApi()
    recorder = driven(api)
    strangers = {
        flow.number for flow in recorder.flows if len(flow.operations) == 1 and flow.operations[0].status == 401
    }
    assert recorder.ended(FlowEnding.COMPLETED) == 40
    assert len(strangers) == len(api.refused) == sum(WORK.plan(number).stranger is not None for number in range(40))
    assert 10 < len(strangers) < 30


def test_a_stranger_that_is_let_in_ends_its_flow_as_failed() -> None:
    recorder = driven(GuardedApi(is_open=True))
    failed = [flow for flow in recorder.flows if flow.ending is FlowEnding.FAILED]
    assert len(failed) == sum(WORK.plan(number).stranger is not None for number in range(40))
    assert all("had to be refused to an unauthorized caller (" in flow.reason for flow in failed)


def test_a_rightful_caller_that_is_refused_ends_its_flow_as_failed() -> None:
    work = replace(WORK, strangers=0.0, flows=1)
    recorder, callers = KeepingRecorder(), Callers(Sender("bad"), NoUnauthorizedCallers())
    run_in_virtual_time(drive(work, GuardedApi(), API_URL, recorder, callers=callers))
    assert [flow.ending for flow in recorder.flows] == [FlowEnding.FAILED]
    assert recorder.flows[0].operations[0].meaning is Meaning.UNAUTHORIZED


def test_a_history_tells_whose_each_flow_was(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with HistoryWriter(path, Header("run", 1, 40, True, 0.0, "ada")) as writer:
        run_in_virtual_time(drive(WORK, GuardedApi(), API_URL, Recorders(writer), callers=CALLERS))
        writer.finish()
    history = read_history(path)
    assert history.caller == "ada"
    assert {flow.number: flow.stranger for flow in history.flows} == {n: WORK.plan(n).stranger for n in range(40)}
    assert "good" not in path.read_text()


def test_which_flows_are_a_strangers_is_the_seed_s_to_say() -> None:
    plans = [WORK.plan(number) for number in range(1000)]
    assert plans == [WORK.plan(number) for number in range(1000)]
    strangers = [plan for plan in plans if plan.stranger]
    assert {plan.stranger for plan in strangers} == set(WAYS[Auth.JWT])
    assert 400 < len(strangers) < 600
    assert not any(plan.acceptable for plan in strangers)


def test_what_a_stranger_sends_would_be_accepted_of_anybody_else() -> None:
    open_work = replace(WORK, auth=Auth.NONE, strangers=0.0, payloads=replace(WORK.payloads, invalid_share=0))
    for number in range(200):
        if WORK.plan(number).stranger:
            assert WORK.plan(number).payload == open_work.plan(number).payload
            assert open_work.plan(number).acceptable


def test_nobody_is_a_stranger_where_nobody_is_asked() -> None:
    assert way_of(Auth.NONE, 1, 1, 1) is None
    with pytest.raises(MisuseError, match="an API that knows no callers has none"):
        check_workload(Workload(seed=1, flows=1, strangers=0.5))


def test_a_workload_says_how_callers_are_known_and_is_read_back() -> None:
    assert workload_from_json(workload_to_json(WORK)) == WORK


def test_a_workload_from_before_there_were_callers_is_still_of_our_api() -> None:
    document = workload_to_json(Workload(seed=1, flows=1))
    for name in ("auth", "strangers"):
        del document[name]
    del document["shape"]["create"]["unauthorized"]
    del document["shape"]["stored"]["created_by"]
    assert workload_from_json(document) == Workload(seed=1, flows=1)
    document["shape"]["create"]["path"] = "/people"
    assert workload_from_json(document).shape.create.unauthorized is None


def test_the_contract_lists_refusals_only_where_callers_are_known() -> None:
    for auth, statuses in ((Auth.NONE, set()), (Auth.IAM, {"403"}), (Auth.JWT, {"401", "403"})):
        for responses in users_api_contract(auth).responses.values():
            assert set(responses) & {"401", "403"} == statuses


def test_a_stack_gets_the_public_key_and_its_own_audience(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert parameters_of_auth(Auth.NONE, "mine") == []
    assert parameters_of_auth(Auth.IAM, "mine") == ["Authorization=AWS_IAM"]
    parameters = dict(each.split("=", 1) for each in parameters_of_auth(Auth.JWT, "mine"))
    assert (parameters["Authorization"], parameters["JwtAudience"]) == ("JWT", "mine")
    assert "d" not in json.loads(parameters["JwtJwks"])["keys"][0]
    assert token_callers("mine").name == "local-developer"


def harness(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def printed_workload(*arguments: str) -> Workload:
    result = harness("run", "--print-workload", "--seed", "1", *arguments)
    assert result.exit_code == 0, result.output
    return workload_from_json(json.loads(result.stdout))


@pytest.mark.parametrize(
    ("arguments", "auth", "strangers"),
    [
        ((), Auth.NONE, 0),
        (("--auth", "jwt"), Auth.JWT, DEFAULT_UNAUTHORIZED_SHARE),
        (("--auth", "iam", "--unauthorized-callers", "0.25"), Auth.IAM, 0.25),
        (("--auth", "iam", "--strangers", "0.5"), Auth.IAM, 0.5),  # its name until version 0.1
        (("--auth", "none"), Auth.NONE, 0),
    ],
)
def test_a_run_asks_for_callers_and_strangers(arguments: tuple[str, ...], auth: Auth, strangers: float) -> None:
    work = printed_workload(*arguments)
    assert (work.auth, work.strangers) == (auth, strangers)


def test_a_token_is_printed_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    plain = harness("token", "--sub", "ada", "--scope", "users:read", "--expires-in", "5min")
    told = json.loads(harness("token", "--stack-name", "mine", "--json").stdout)
    keys = json.loads(harness("token", "--jwks").stdout)
    assert (plain.exit_code, plain.stdout.count("\n"), plain.stdout.count(".")) == (0, 1, 2)
    assert told["audience"] == "mine"
    assert "d" not in keys["keys"][0]


@pytest.mark.parametrize("lifetime", ["soon", "25h", "100000s"])
def test_a_lifetime_that_makes_no_sense_is_misuse(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lifetime: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    result = harness("token", "--expires-in", lifetime)
    assert result.exit_code == 64
    assert "Traceback" not in result.output

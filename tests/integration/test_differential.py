"""The same few hundred calls to two engines: what makes ours fast changes no answer.

There are two references: our engine with every speed-up off, and LocalStack as it ships (with moto for DynamoDB, which
is known to differ from AWS, so only what every stand-in has to answer alike is asked there).
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from zlib import crc32

import pytest

from benchmarks.stock.engine import StockEngine
from tests.integration.differential import api_calls, dynamodb_calls, lambda_calls, sqs_calls
from tests.integration.differential.call import Answer, Call, Target, make_all, unchecked_clients
from tests.integration.differential.compare import Difference, Wanted, differences
from tests.integration.differential.normalise import normalise
from tests.integration.differential.wanted import FROM_STOCK
from tests.integration.engine_fixture import RunningEngine
from tests.integration.stack_fixture import deploy

pytestmark = pytest.mark.xdist_group("without-speed-ups")

BOTH: tuple[Call, ...] = (
    *sqs_calls.CALLS,
    *lambda_calls.CALLS,
    *api_calls.CONTROL_PLANE,
    *api_calls.DATA_PLANE,
)
WITH_STOCK: tuple[Call, ...] = (*BOTH, *dynamodb_calls.WELL_KNOWN)
WITH_OURSELVES: tuple[Call, ...] = (*BOTH, *api_calls.MORE_FLOWS, *dynamodb_calls.CALLS)

type Ask = Callable[[str, Sequence[Call]], dict[str, Answer]]


@pytest.fixture(scope="module")
def ask(account_id: str, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Deploy the stack at an endpoint, in an account of this module, make calls, and return normalised answers."""
    own_account = f"{300_000_000_000 + crc32(f'{account_id} differential'.encode())}"

    def ask_engine(endpoint_url: str, calls: Sequence[Call]) -> dict[str, Answer]:
        aws = unchecked_clients(endpoint_url, own_account)
        work_dir = tmp_path_factory.mktemp("differential")
        stack = deploy(endpoint_url, own_account, aws, stack_name="differential", work_dir=work_dir)
        host = endpoint_url.removeprefix("http://")
        names = {"endpoint_url": endpoint_url, "host": host, "account_id": own_account}
        names |= {name: str(stack.outputs[name]) for name in ("api_url", "api_id")}
        target = Target(endpoint_url, own_account, aws, names)
        answers = make_all(calls, target)
        return {name: normalise(answer, target.saved) for name, answer in answers.items()}

    return ask_engine


@pytest.fixture(scope="module")
def ours(engine: RunningEngine, ask: Ask) -> dict[str, Answer]:
    """What our engine answers to every call."""
    return ask(engine.endpoint_url, WITH_OURSELVES)


@pytest.fixture
def stock_engine(tmp_path: Path) -> Iterator[str]:
    """The endpoint of LocalStack as it ships."""
    engine = StockEngine(tmp_path / "stock")
    try:
        yield engine.start().endpoint_url
    finally:
        engine.stop()


def test_speed_ups_change_no_answer(ours: dict[str, Answer], engine_without_speed_ups: RunningEngine, ask: Ask) -> None:
    reference = ask(engine_without_speed_ups.endpoint_url, WITH_OURSELVES)
    assert_equal(differences(ours, reference), wanted=())


def test_answers_are_those_of_stock_localstack(ours: dict[str, Answer], stock_engine: str, ask: Ask) -> None:
    reference = ask(stock_engine, WITH_STOCK)
    assert_equal(differences({call.name: ours[call.name] for call in WITH_STOCK}, reference), wanted=FROM_STOCK)


def assert_equal(found: list[Difference], wanted: tuple[Wanted, ...]) -> None:
    """Fail on a difference that is not wanted, and on a wanted one that is not there."""
    unwanted = [difference for difference in found if not any(each.covers(difference) for each in wanted)]
    gone = [each for each in wanted if not any(each.covers(difference) for difference in found)]
    lines = [f"{difference}" for difference in unwanted] + [f"no longer different: {each}" for each in gone]
    assert not lines, f"{len(unwanted)} differences, {len(gone)} gone:\n" + "\n".join(lines)

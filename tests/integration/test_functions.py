"""Lambda functions in the engine: what a caller, a log reader and the function itself see, as on AWS."""

import base64
import io
import json
import os
import subprocess
import sys
import textwrap
import uuid
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.integration.engine_fixture import AwsClients, RunningEngine, aws_clients, start_engine
from tests.waiting import wait_until

pytestmark = pytest.mark.where_the_engine_runs

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"

# It runs the statements that it is sent: one function serves many tests of what may happen in a handler.
EXECUTE = """
    import os, subprocess, sys, threading, time
    state = {"count": 0}
    def handler(event, context):
        state["count"] += 1
        scope = {"context": context, "state": state, "answer": None}
        exec(event, globals(), scope)
        return scope["answer"]
"""


@dataclass(frozen=True)
class Invoked:
    """What `Invoke` returned."""

    answer: Any
    error: str | None
    log: str


@dataclass(frozen=True)
class Function:
    """A function in the engine."""

    client: Any
    name: str

    def invoke(self, event: object = None) -> Invoked:
        response = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event).encode(), LogType="Tail")
        answer = json.loads(response["Payload"].read())
        return Invoked(answer, response.get("FunctionError"), base64.b64decode(response["LogResult"]).decode())

    def call(self, event: object = None) -> Any:
        invoked = self.invoke(event)
        assert invoked.error is None, invoked
        return invoked.answer

    def wait_until_updated(self) -> dict[str, Any]:
        return wait_until(
            lambda: self.client.get_function_configuration(FunctionName=self.name),
            lambda seen: seen["State"] != "Pending" and seen["LastUpdateStatus"] != "InProgress",
            deadline_s=20,
        )


type MakeFunction = Callable[..., Function]


def zipped(files: dict[str, str]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        for name, source in files.items():
            writer.writestr(name, textwrap.dedent(source))
    return archive.getvalue()


def create(client: Any, account_id: str, source: str, **options: Any) -> Function:
    function = Function(client, f"function-{uuid.uuid4().hex[:12]}")
    client.create_function(
        FunctionName=function.name,
        Role=f"arn:aws:iam::{account_id}:role/any",  # its account is where the logs go
        Handler="app.handler",
        Code={"ZipFile": zipped({"app.py": source})},
        **({"Runtime": RUNTIME, "Timeout": 20} | options),
    )
    function.wait_until_updated()
    return function


@pytest.fixture
def make_function(aws: AwsClients, account_id: str) -> Iterator[MakeFunction]:
    made: list[Function] = []

    def make(source: str, **options: Any) -> Function:
        made.append(create(aws("lambda"), account_id, source, **options))
        return made[-1]

    yield make
    for function in made:
        function.client.delete_function(FunctionName=function.name)


@pytest.fixture(scope="module")
def execute(aws: AwsClients, account_id: str) -> Iterator[Function]:
    function = create(aws("lambda"), account_id, EXECUTE, Timeout=1)
    yield function
    function.client.delete_function(FunctionName=function.name)


def logged(aws: AwsClients, function: Function, ending: str) -> list[str]:
    """The function's lines in CloudWatch Logs, once one of them contains `ending`."""
    logs = aws("logs")

    def look() -> list[str]:
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function.name}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"].rstrip("\n") for event in events]

    return wait_until(look, lambda lines: any(ending in line for line in lines), deadline_s=10)


def test_a_function_sees_awss_variables_and_its_own_and_nothing_of_the_engine(
    make_function: MakeFunction, engine: RunningEngine, account_id: str
) -> None:
    source = """
        import importlib.util, os
        def handler(event, context):
            found = [name for name in event if importlib.util.find_spec(name)]
            return dict(os.environ), os.getcwd(), found, context.invoked_function_arn
    """
    function = make_function(source, Environment={"Variables": {"TABLE_NAME": "users"}}, MemorySize=256)
    variables, directory, found, arn = function.call(["boto3", "localstack", "moto", "requests"])
    assert found == ["boto3"]
    assert arn == f"arn:aws:lambda:us-east-1:{account_id}:function:{function.name}"
    assert directory == variables["LAMBDA_TASK_ROOT"]
    expected = {
        "TABLE_NAME": "users",
        "_HANDLER": "app.handler",
        "AWS_ENDPOINT_URL": engine.endpoint_url,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_REGION": "us-east-1",
        "TZ": ":UTC",
    }
    assert expected.items() <= variables.items()
    assert set(variables) - set(expected) - {"LC_CTYPE"} == {  # Python's own, where there is no English locale
        "_AWS_XRAY_DAEMON_ADDRESS",
        "_AWS_XRAY_DAEMON_PORT",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "HOME",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "LD_LIBRARY_PATH",
        "PATH",
        "PWD",
        "PYTHONPATH",
    }


def test_the_sdk_in_a_function_talks_to_this_engine_as_the_functions_account(
    make_function: MakeFunction, account_id: str
) -> None:
    function = make_function("""
        import boto3
        def handler(event, context):
            return boto3.client("sts").get_caller_identity()["Account"]
    """)
    assert function.call() == account_id


def test_a_layer_can_be_imported(make_function: MakeFunction, aws: AwsClients) -> None:
    content = {"ZipFile": zipped({"python/of_the_layer.py": "WORD = 'layered'"})}
    layer = aws("lambda").publish_layer_version(LayerName=f"layer-{uuid.uuid4().hex[:8]}", Content=content)
    source = "import of_the_layer\ndef handler(event, context):\n    return of_the_layer.WORD"
    assert make_function(source, Layers=[layer["LayerVersionArn"]]).call() == "layered"


def test_a_process_is_kept_and_keeps_its_state(make_function: MakeFunction) -> None:
    function = make_function(EXECUTE)
    statement = "answer = [os.getpid(), state['count']]"
    first, second = function.call(statement), function.call(statement)
    assert first[0] == second[0]
    assert (first[1], second[1]) == (1, 2)


@pytest.mark.same_machine
def test_ten_invocations_run_at_the_same_time(make_function: MakeFunction, tmp_path: Path) -> None:
    function = make_function("""
        import os, time
        from pathlib import Path
        def handler(folder, context):
            Path(folder, str(os.getpid())).touch()
            while len(os.listdir(folder)) < 10:  # none returns before all have come
                time.sleep(0.01)
            return os.getpid()
    """)
    with ThreadPoolExecutor(10) as pool:
        pids = list(pool.map(function.call, [str(tmp_path)] * 10))
    assert len(set(pids)) == 10


@pytest.mark.same_machine
def test_reserved_concurrency_throttles_what_is_more(make_function: MakeFunction, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "running")
    os.mkfifo(tmp_path / "go_on")
    function = make_function("""
        def handler(folder, context):
            open(f"{folder}/running", "w").close()
            open(f"{folder}/go_on").close()
            return "done"
    """)
    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(function.call, str(tmp_path))
        (tmp_path / "running").open().close()
        with pytest.raises(ClientError) as throttled:
            function.invoke(str(tmp_path))
        (tmp_path / "go_on").open("w").close()
        assert first.result(20) == "done"
    assert throttled.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert throttled.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


@pytest.mark.parametrize(
    ("source", "error_type", "message"),
    [
        ("import no_such_module", "Runtime.ImportModuleError", "No module named 'no_such_module'"),
        ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("handle = None", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("raise SystemExit(5)", "Runtime.ExitError", "Error: Runtime exited with error: exit status 5"),
    ],
)
def test_a_function_that_fails_to_initialize(
    make_function: MakeFunction, aws: AwsClients, source: str, error_type: str, message: str
) -> None:
    function = make_function(source)
    for _ in range(2):
        invoked = function.invoke()
        assert invoked.error == "Unhandled"
        assert invoked.answer["errorType"] == error_type
        assert message in invoked.answer["errorMessage"]
    lines = logged(aws, function, "REPORT RequestId")
    assert any(line.startswith("INIT_REPORT") and f"Error Type: {error_type}" in line for line in lines)


def test_an_error_of_the_handler(execute: Function) -> None:
    pid = execute.call("answer = os.getpid()")
    invoked = execute.invoke("raise ValueError('no \\u20ac left')")
    assert invoked.error == "Unhandled"
    assert invoked.answer["errorType"] == "ValueError"
    assert invoked.answer["errorMessage"] == "no € left"
    assert "line 7, in handler\n" in invoked.answer["stackTrace"][0]
    assert invoked.answer["requestId"] in invoked.log
    assert execute.call("answer = os.getpid()") == pid


@pytest.mark.same_machine
def test_a_timeout(execute: Function, aws: AwsClients) -> None:
    invoked = execute.invoke("print(os.getpid(), subprocess.Popen(['sleep', '600']).pid); threading.Event().wait()")
    assert invoked.error == "Unhandled"
    assert invoked.answer["errorType"] == "Sandbox.Timedout"
    assert invoked.answer["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    pids = [int(pid) for pid in invoked.log.splitlines()[1].split()]
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert execute.call("answer = os.getpid()") not in pids
    assert any("Status: timeout" in line for line in logged(aws, execute, "Task timed out after 1.00 seconds"))


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("sys.exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 9)", "signal: killed"),
        ("os.kill(os.getpid(), 11)", "signal: segmentation fault"),
    ],
)
def test_an_exit_within_the_handler(execute: Function, statement: str, reason: str) -> None:
    invoked = execute.invoke(f"print('last words'); {statement}")
    assert invoked.error == "Unhandled"
    assert invoked.answer["errorType"] == "Runtime.ExitError"
    assert invoked.answer["errorMessage"].endswith(f"Error: Runtime exited with error: {reason}")
    assert "last words" in invoked.log
    assert execute.call("answer = 'served'") == "served"


def test_payloads_of_six_megabytes_and_more(make_function: MakeFunction) -> None:
    function = make_function(
        "def handler(event, context):\n    return 'x' * event if isinstance(event, int) else event"
    )
    megabytes = "x" * 6_291_454  # and two quotes
    assert function.call(megabytes) == megabytes
    assert len(function.call(6_291_554)) == 6_291_554
    too_large = function.invoke(6_291_555)
    assert too_large.error == "Unhandled"
    assert too_large.answer["errorType"] == "Function.ResponseSizeTooLarge"
    with pytest.raises(ClientError) as refused:
        function.invoke(megabytes + "x")
    assert refused.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert function.call("small") == "small"


def test_an_event_of_more_than_a_megabyte_is_refused_at_once_and_costs_no_environment(
    make_function: MakeFunction, aws: AwsClients
) -> None:
    function = make_function("import uuid\nid = str(uuid.uuid4())\ndef handler(event, context): return id")
    environment = function.call("small")

    for invocation_type, size in (("Event", 1_048_577), ("RequestResponse", 6_291_457)):
        with pytest.raises(ClientError) as refused:
            aws("lambda").invoke(
                FunctionName=function.name, InvocationType=invocation_type, Payload=b'"' + b"x" * (size - 2) + b'"'
            )
        assert refused.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
        assert invocation_type in refused.value.response["Error"]["Message"]
    assert function.call("small") == environment


def test_lines_go_to_the_log_group_that_the_function_is_configured_with(
    make_function: MakeFunction, aws: AwsClients
) -> None:
    names = "[context.log_group_name, os.environ['AWS_LAMBDA_LOG_GROUP_NAME']]"
    code = f"import os\ndef handler(event, context): return {names}"
    function = make_function(code, LoggingConfig={"LogGroup": "/mine/lines"})

    assert function.call(None) == ["/mine/lines", "/mine/lines"]

    def lines() -> list[str]:
        groups = aws("logs").describe_log_groups(logGroupNamePrefix="/mine/lines")["logGroups"]
        found = [aws("logs").filter_log_events(logGroupName=group["logGroupName"])["events"] for group in groups]
        return [event["message"] for events in found for event in events]

    wait_until(lines, lambda seen: any(line.startswith("REPORT") for line in seen))


def test_a_function_has_its_own_time_zone(make_function: MakeFunction) -> None:
    code = "import time\ndef handler(event, context): return time.tzname[0]"
    assert make_function(code).call(None) == "UTC"
    # By its rule and not by a place: a small base image has no list of places.
    assert make_function(code, Environment={"Variables": {"TZ": "OWN-3"}}).call(None) == "OWN"


def test_the_log_is_in_cloudwatch_logs_for_boto3_and_awslocal(
    make_function: MakeFunction, aws: AwsClients, engine: RunningEngine, account_id: str
) -> None:
    function = make_function("""
        import logging
        print("imported")
        def handler(event, context):
            logging.getLogger().warning("warned of %s", event)
            print("grüße")
    """)
    function.call("something")
    lines = logged(aws, function, "REPORT RequestId")
    assert [line.split(" RequestId")[0].split("\t")[0] for line in lines] == [
        "imported",
        "START",
        "[WARNING]",
        "grüße",
        "END",
        "REPORT",
    ]
    assert lines[2].endswith("\twarned of something")
    command = [str(Path(sys.executable).with_name("awslocal")), "logs", "filter-log-events"]
    command += ["--log-group-name", f"/aws/lambda/{function.name}", "--output", "json"]
    environment = os.environ | {
        "AWS_ENDPOINT_URL": engine.endpoint_url,
        "AWS_ACCESS_KEY_ID": account_id,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    shown = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60)
    assert [event["message"].rstrip("\n") for event in json.loads(shown.stdout)["events"]] == lines


def test_the_tail_of_the_log_is_its_last_four_kibibytes(execute: Function) -> None:
    log = execute.invoke("print('x' * 10_000)").log
    assert len(log.encode()) == 4096
    assert log.splitlines()[-1].startswith("REPORT RequestId")


def test_an_asynchronous_invocation_is_run_and_logged(make_function: MakeFunction, aws: AwsClients) -> None:
    function = make_function("def handler(event, context):\n    print('ran', event)")
    response = function.client.invoke(FunctionName=function.name, InvocationType="Event", Payload=b'"later"')
    assert response["StatusCode"] == 202
    assert "ran later" in logged(aws, function, "REPORT RequestId")


@pytest.mark.same_machine
def test_new_code_is_run_next_and_what_runs_is_finished_by_the_old(make_function: MakeFunction, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "running")
    os.mkfifo(tmp_path / "go_on")
    function = make_function("""
        import os
        def handler(folder, context):
            open(f"{folder}/running", "w").close()
            open(f"{folder}/go_on").close()
            from datetime import datetime  # what is imported late is there as well
            return os.listdir(), os.getpid()
    """)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(function.call, str(tmp_path))
        (tmp_path / "running").open().close()
        new_code = zipped({"app.py": "def handler(event, context):\n    return 'new'"})
        function.client.update_function_code(FunctionName=function.name, ZipFile=new_code)
        assert function.wait_until_updated()["LastUpdateStatus"] == "Successful"
        assert function.call() == "new"
        (tmp_path / "go_on").open("w").close()
        files, old_pid = running.result(20)
    assert "app.py" in files
    wait_until(lambda: not psutil.pid_exists(old_pid), deadline_s=10)


def test_a_new_configuration_is_run_next(make_function: MakeFunction) -> None:
    function = make_function("import os\ndef handler(event, context):\n    return os.environ.get('WORD')")
    assert function.call() is None
    function.client.update_function_configuration(
        FunctionName=function.name, Environment={"Variables": {"WORD": "new"}}
    )
    function.wait_until_updated()
    assert function.call() == "new"


def test_a_runtime_that_is_not_there_is_named_and_its_function_can_be_deleted(aws: AwsClients, account_id: str) -> None:
    function = create(aws("lambda"), account_id, "def handler(event, context): ...", Runtime="nodejs20.x")
    seen = function.wait_until_updated()
    assert seen["State"] == "Failed"
    assert f"no runtime nodejs20.x: set the function's Runtime to {RUNTIME}" in seen["StateReason"]
    function.client.delete_function(FunctionName=function.name)
    with pytest.raises(function.client.exceptions.ResourceNotFoundException):
        function.wait_until_updated()


def test_a_killed_engine_leaves_no_process(tmp_path: Path) -> None:
    engine = start_engine(tmp_path / "engine")
    account_id = "000000000001"
    function = create(aws_clients(engine.endpoint_url, account_id)("lambda"), account_id, EXECUTE)
    pids = function.call("answer = [os.getpid(), subprocess.Popen(['sleep', '600'], start_new_session=True).pid]")
    pids += [child.pid for child in psutil.Process(engine.pid).children(recursive=True)]
    assert all(map(psutil.pid_exists, pids))
    psutil.Process(engine.pid).kill()
    wait_until(lambda: [pid for pid in pids if psutil.pid_exists(pid)], lambda left: not left, deadline_s=10)

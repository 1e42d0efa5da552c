"""Execution environments of real processes, which run AWS's own runtime client: no engine."""

import json
import os
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from emulator.services.lambda_.code_folder import folder_version
from emulator.services.lambda_.environment import Folders, build_variables
from emulator.services.lambda_.interpreter import RUNTIME, Interpreter, build_interpreter
from emulator.services.lambda_.outcome import Outcome
from emulator.services.lambda_.runtime import Runtime
from emulator.services.lambda_.sandbox import Configuration, Sandbox, SandboxStoppedError

type MakeSandbox = Callable[..., "Subject"]


class Subject:
    """A sandbox, and how to call its function."""

    def __init__(self, sandbox: Sandbox, disposed: threading.Event) -> None:
        self.sandbox = sandbox
        self.disposed = disposed

    def invoke(self, event: object = None) -> tuple[Any, Outcome]:
        outcome = self.sandbox.invoke("id-1", "arn", "Root=1-2", json.dumps(event).encode())
        return json.loads(outcome.payload), outcome

    def call(self, event: object = None) -> Any:
        answer, outcome = self.invoke(event)
        assert not outcome.is_error, answer
        return answer


@pytest.fixture(scope="session")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    return build_interpreter(tmp_path_factory.mktemp("runtime"))


@pytest.fixture
def make_sandbox(interpreter: Interpreter, tmp_path: Path) -> Iterator[MakeSandbox]:
    subjects: list[Subject] = []

    def make(
        source: str,
        *,
        timeout_s: float = 10,
        initialize: bool = True,
        code_version: Callable[[], object] = lambda: None,
    ) -> Subject:
        task_root = tmp_path / "task"
        task_root.mkdir()
        (task_root / "app.py").write_text(textwrap.dedent(source))
        folders = Folders(task_root, (), interpreter.packages, interpreter.program.parent, tmp_path)

        def variables(runtime_api: str) -> dict[str, str]:
            return build_variables(computed={}, own={}, folders=folders, runtime=RUNTIME, runtime_api=runtime_api)

        command = [str(interpreter.program), "-m", "awslambdaric", "app.handler"]
        disposed = threading.Event()
        launch = partial(Runtime, command, task_root, variables)
        configuration = Configuration("$LATEST", timeout_s, 128)
        subject = Subject(Sandbox(configuration, launch, disposed.set, code_version), disposed)
        subjects.append(subject)
        if initialize:
            assert subject.sandbox.initialize() is None
        return subject

    yield make
    for subject in subjects:
        subject.sandbox.stop()
        assert subject.disposed.wait(10)


def lines(outcome: Outcome) -> list[str]:
    """The lines of the log, without figures."""
    return [line.partition("\tDuration")[0].partition(" Init Duration")[0] for line in outcome.log.splitlines()]


def test_one_process_serves_several_invocations_and_keeps_its_state(make_sandbox: MakeSandbox) -> None:
    subject = make_sandbox("""
        import os
        count = 0
        def handler(event, context):
            global count
            count += 1
            return count, os.getpid()
    """)
    (first, pid), (second, same_pid) = subject.call(), subject.call()
    assert (first, second) == (1, 2)
    assert pid == same_pid


def test_the_log_has_the_functions_lines_between_the_platforms(make_sandbox: MakeSandbox) -> None:
    subject = make_sandbox("""
        import os, sys
        print("imported")
        def handler(event, context):
            print("to stdout: \\u00e9\\u20ac")
            print("to stderr", file=sys.stderr)
            os.system("echo from a child")
            print("open", end="")
    """)
    _, first = subject.invoke()
    assert lines(first) == [
        "imported",
        "START RequestId: id-1 Version: $LATEST",
        "to stdout: é€",
        "to stderr",
        "from a child",
        "open",
        "END RequestId: id-1",
        "REPORT RequestId: id-1",
    ]
    assert "\tInit Duration: " in first.log
    _, second = subject.invoke()
    assert lines(second)[0] == "START RequestId: id-1 Version: $LATEST"
    assert "\tInit Duration: " not in second.log


def test_a_function_sees_awss_packages_and_variables_only(
    make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_ENGINE", "secret")
    subject = make_sandbox("""
        import importlib.util, os
        def handler(event, context):
            return {
                "found": [name for name in event if importlib.util.find_spec(name)],
                "directory": os.getcwd() == os.environ["LAMBDA_TASK_ROOT"] == os.environ["PWD"],
                "variables": sorted(os.environ),
            }
    """)
    awss = [
        "awslambdaric",
        "boto3",
        "botocore",
        "dateutil",
        "jmespath",
        "s3transfer",
        "simplejson",
        "urllib3",
    ]
    seen = subject.call([*awss, "localstack", "moto", "requests", "emulator", "pytest", "pip", "yaml"])
    assert seen["found"] == awss
    assert seen["directory"]
    assert set(seen["variables"]) - {"LC_CTYPE"} == {  # Python's own, where there is no English locale
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_RUNTIME_API",
        "HOME",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "LD_LIBRARY_PATH",
        "PATH",
        "PWD",
        "PYTHONPATH",
        "TZ",
        "_X_AMZN_TRACE_ID",
    }


def test_the_context_says_what_is_left_and_who_asks(make_sandbox: MakeSandbox) -> None:
    subject = make_sandbox(
        """
        def handler(event, context):
            remaining_ms = context.get_remaining_time_in_millis()
            return remaining_ms, context.aws_request_id, context.invoked_function_arn
        """,
        timeout_s=20,
    )
    remaining_ms, request_id, function_arn = subject.call()
    assert 15_000 < remaining_ms <= 20_000
    assert (request_id, function_arn) == ("id-1", "arn")


def test_a_handlers_error_is_an_answer_and_the_process_stays(make_sandbox: MakeSandbox) -> None:
    subject = make_sandbox("""
        import os
        def handler(event, context):
            if event:
                raise ValueError("caf\\u00e9")
            return os.getpid()
    """)
    pid = subject.call()
    answer, outcome = subject.invoke(event=1)
    assert outcome.is_error
    assert (answer["errorType"], answer["errorMessage"], answer["requestId"]) == (
        "ValueError",
        "café",
        "id-1",
    )
    assert 'raise ValueError("caf' in answer["stackTrace"][0]
    assert "[ERROR] ValueError: café" in outcome.log
    assert "Status:" not in outcome.log
    assert subject.call() == pid


@pytest.mark.parametrize(
    ("source", "error_type", "message"),
    [
        ("import no_such_module", "Runtime.ImportModuleError", "No module named 'no_such_module'"),
        ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("handle = None", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("raise KeyError('x')", "KeyError", "'x'"),
        ("raise SystemExit(5)", "Runtime.ExitError", "Runtime exited with error: exit status 5"),
        (
            "import os; os.kill(os.getpid(), 9)",
            "Runtime.ExitError",
            "Runtime exited with error: signal: killed",
        ),
    ],
)
def test_a_failed_initialization_is_told_by_the_first_invocation(
    make_sandbox: MakeSandbox, source: str, error_type: str, message: str
) -> None:
    subject = make_sandbox(f"print('importing')\n{source}", initialize=False)
    failure = subject.sandbox.initialize()
    assert failure is not None
    assert failure.error_type == error_type
    answer, outcome = subject.invoke()
    assert outcome.is_error
    assert answer["errorType"] == error_type
    assert message in answer["errorMessage"]
    reports = [line for line in lines(outcome) if line.startswith(("INIT_REPORT", "START", "END", "REPORT"))]
    assert reports == [
        "INIT_REPORT",
        "INIT_REPORT",
        "START RequestId: id-1 Version: $LATEST",
        "END RequestId: id-1",
        "REPORT RequestId: id-1",
    ]
    assert ("importing" in outcome.log) == (error_type != "Runtime.UserCodeSyntaxError")
    assert outcome.log.rstrip().endswith(
        f"Status: error\tError Type: {error_type if error_type.startswith('Runtime.') else 'Runtime.Unknown'}"
    )


def test_what_failed_to_initialize_once_is_tried_again(make_sandbox: MakeSandbox, tmp_path: Path) -> None:
    subject = make_sandbox(
        f"""
        from pathlib import Path
        first_time = not Path({str(tmp_path / "seen")!r}).exists()
        Path({str(tmp_path / "seen")!r}).touch()
        if first_time:
            raise RuntimeError("not yet")
        def handler(event, context):
            return "ready"
        """,
        initialize=False,
    )
    assert subject.sandbox.initialize() is not None
    assert subject.call() == "ready"


def test_an_initialization_over_its_limit_is_repeated_on_the_invocations_time(
    make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.services.lambda_.sandbox._INIT_TIMEOUT_S", 0.3)
    slow = """
        import threading
        threading.Event().wait(0.5)
        def handler(event, context):
            return "ready"
    """
    subject = make_sandbox(slow, initialize=False)
    failure = subject.sandbox.initialize()
    assert failure is not None
    assert failure.status == "timeout"
    answer, outcome = subject.invoke()
    assert answer == "ready"
    assert "\tPhase: init\tStatus: timeout\nSTART RequestId" in outcome.log


def test_a_timeout_kills_all_that_the_function_started_and_the_next_invocation_is_served(
    make_sandbox: MakeSandbox,
) -> None:
    subject = make_sandbox(
        """
        import os, subprocess, threading
        def handler(event, context):
            if event:
                print(os.getpid(), subprocess.Popen(["sleep", "600"], start_new_session=True).pid)
                threading.Event().wait()
            return "served"
        """,
        timeout_s=1,
    )
    answer, outcome = subject.invoke(event=1)
    assert outcome.is_error
    assert answer == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: id-1 Error: Task timed out after 1.00 seconds",
    }
    assert "id-1 Task timed out after 1.00 seconds\nEND RequestId: id-1\n" in outcome.log
    assert outcome.log.endswith("\tStatus: timeout\n")
    assert not [pid for pid in lines(outcome)[1].split() if psutil.pid_exists(int(pid))]
    assert subject.call() == "served"


def test_a_function_that_writes_without_end_times_out(make_sandbox: MakeSandbox) -> None:
    source = """
        def handler(event, context):
            while True:
                print("x" * 1000)
    """
    started = time.monotonic()
    answer, outcome = make_sandbox(source, timeout_s=1).invoke()
    assert answer["errorType"] == "Sandbox.Timedout"
    assert time.monotonic() - started < 10
    assert len(outcome.log) < 1_100_000
    assert " bytes of output were not kept]" in outcome.log


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(7)", "Runtime exited with error: exit status 7"),
        ("os.kill(os.getpid(), 11)", "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_an_exit_within_the_handler_is_told_with_all_output_and_the_next_invocation_is_served(
    make_sandbox: MakeSandbox, statement: str, reason: str
) -> None:
    subject = make_sandbox("""
        import os, sys
        def handler(event, context):
            print("last words", flush=True)
            exec(event)
            return "served"
    """)
    answer, outcome = subject.invoke(statement)
    assert outcome.is_error
    assert answer == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: id-1 Error: {reason}"}
    assert lines(outcome) == [
        "START RequestId: id-1 Version: $LATEST",
        "last words",
        f"RequestId: id-1 Error: {reason}",
        "Runtime.ExitError",
        "END RequestId: id-1",
        "REPORT RequestId: id-1",
    ]
    assert subject.call("pass") == "served"


def test_a_process_that_died_while_idle_fails_no_invocation(make_sandbox: MakeSandbox) -> None:
    subject = make_sandbox("import os\ndef handler(event, context):\n    return os.getpid()")
    process = psutil.Process(subject.call())
    process.kill()
    process.wait(10)
    assert subject.call() != process.pid


def test_payloads_of_six_megabytes_go_both_ways_and_larger_answers_are_refused(
    make_sandbox: MakeSandbox,
) -> None:
    subject = make_sandbox("""
        def handler(event, context):
            return "x" * event if isinstance(event, int) else event
    """)
    assert subject.call("\u00e9" * 1_500_000) == "\u00e9" * 1_500_000
    assert len(subject.call(6_291_554)) == 6_291_554  # and two quotes
    answer, outcome = subject.invoke(6_291_555)
    assert outcome.is_error
    assert answer["errorType"] == "Function.ResponseSizeTooLarge"
    assert subject.call(3) == "xxx"


def test_an_answer_that_is_no_json_is_the_runtimes_error(make_sandbox: MakeSandbox) -> None:
    answer, outcome = make_sandbox("def handler(event, context):\n    return object()").invoke()
    assert outcome.is_error
    assert answer["errorType"] == "Runtime.MarshalError"


def test_stopping_lets_the_running_invocation_finish(make_sandbox: MakeSandbox, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "running")
    os.mkfifo(tmp_path / "go_on")
    subject = make_sandbox(f"""
        import os
        def handler(event, context):
            open({str(tmp_path / "running")!r}, "w").close()
            open({str(tmp_path / "go_on")!r}).close()
            return os.getpid()
    """)
    answers: list[Any] = []
    caller = threading.Thread(target=lambda: answers.append(subject.call()))
    caller.start()
    (tmp_path / "running").open().close()
    subject.sandbox.stop()
    assert not subject.disposed.is_set()
    (tmp_path / "go_on").open("w").close()
    caller.join(10)
    assert subject.disposed.is_set()
    assert not psutil.pid_exists(answers[0])


def test_stopping_an_idle_one_ends_its_process_at_once_and_for_good(make_sandbox: MakeSandbox) -> None:
    subject = make_sandbox("import os\ndef handler(event, context):\n    return os.getpid()")
    pid = subject.call()
    subject.sandbox.stop()
    assert not psutil.pid_exists(pid)
    assert subject.disposed.is_set()
    with pytest.raises(SandboxStoppedError):
        subject.call()


def test_code_that_was_edited_is_live_with_the_next_invocation(make_sandbox: MakeSandbox, tmp_path: Path) -> None:
    subject = make_sandbox(
        "def handler(event, context): return 'as it was'", code_version=lambda: folder_version(tmp_path / "task")
    )
    assert subject.call() == "as it was"
    (tmp_path / "task" / "app.py").write_text("def handler(event, context): return 'as it was edited'")
    assert subject.call() == "as it was edited"


def test_code_that_is_left_alone_keeps_its_process(make_sandbox: MakeSandbox, tmp_path: Path) -> None:
    subject = make_sandbox(
        "import os\ndef handler(event, context): return os.getpid()",
        code_version=lambda: folder_version(tmp_path / "task"),
    )
    assert subject.call() == subject.call()

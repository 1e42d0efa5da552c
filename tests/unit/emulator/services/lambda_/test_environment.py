from pathlib import Path

from emulator.services.lambda_.environment import Folders, build_variables

FOLDERS = Folders(
    task_root=Path("/code"),
    layers=(Path("/layer-1"), Path("/layer-2")),
    runtime_dir=Path("/runtime"),
    programs=Path("/programs"),
    home=Path("/home-of-it"),
)


def build(computed: dict[str, object], own: dict[str, str]) -> dict[str, str]:
    return build_variables(
        computed=computed, own=own, folders=FOLDERS, runtime="python3.13", runtime_api="127.0.0.1:9001"
    )


def test_variables_are_awss_at_this_machines_paths() -> None:
    assert build({"AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": 128}, {}) == {
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_REGION": "us-east-1",
        "HOME": "/home-of-it",
        "LAMBDA_RUNTIME_DIR": "/runtime",
        "LAMBDA_TASK_ROOT": "/code",
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": "/code:/code/lib:/layer-2/lib:/layer-1/lib",
        "PATH": "/programs:/usr/local/bin:/usr/bin:/bin:/layer-2/bin:/layer-1/bin",
        "PWD": "/code",
        "PYTHONPATH": (
            "/layer-2/python/lib/python3.13/site-packages:/layer-2/python:"
            "/layer-1/python/lib/python3.13/site-packages:/layer-1/python:/runtime"
        ),
        "TZ": ":UTC",
    }


def test_what_only_localstack_sets_is_left_out() -> None:
    computed: dict[str, object] = {
        "LOCALSTACK_RUNTIME_ID": "1",
        "EDGE_PORT": "4566",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": 3,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    }
    variables = build(computed, {})
    assert "LOCALSTACK_RUNTIME_ID" not in variables
    assert "EDGE_PORT" not in variables
    assert "AWS_LAMBDA_FUNCTION_TIMEOUT" not in variables
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"


def test_a_functions_own_variables_are_taken_as_they_are() -> None:
    own = {"TABLE_NAME": "users", "LOCALSTACK_ANYTHING": "mine", "PATH": "/mine", "LANG": "C", "TZ": "Europe/Berlin"}
    variables = build({}, own)
    assert own.items() <= variables.items()
    assert build({}, {})["TZ"] == ":UTC"


def test_a_functions_own_search_path_comes_before_the_layers_and_keeps_the_runtime() -> None:
    folders = build({}, {"PYTHONPATH": "/mine:/mine-too"})["PYTHONPATH"].split(":")
    assert folders[:2] == ["/mine", "/mine-too"]
    assert folders[-1] == "/runtime"


def test_what_the_process_depends_on_cannot_be_overridden() -> None:
    own = {"AWS_LAMBDA_RUNTIME_API": "elsewhere", "LAMBDA_TASK_ROOT": "/elsewhere"}
    variables = build({}, own)
    assert variables["AWS_LAMBDA_RUNTIME_API"] == "127.0.0.1:9001"
    assert variables["LAMBDA_TASK_ROOT"] == "/code"

"""What LocalStack hardly uses is not imported with it, and is the real thing when it is used."""

import subprocess
import sys

import pytest

from emulator.speedups.late_imports import LATE


def run(script: str) -> str:
    """Run a script in a Python of its own, which has imported nothing yet; return what it prints."""
    start = "from emulator.speedups import late_imports; late_imports.apply(); import importlib, sys\n"
    done = subprocess.run([sys.executable, "-c", start + script], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.mark.parametrize("module", sorted(LATE))
def test_a_module_is_imported_without_what_it_hardly_uses(module: str) -> None:
    mine = sorted(LATE[module])
    script = f"importlib.import_module({module!r}); print([name for name in {mine!r} if name in sys.modules])"

    assert run(script) == "[]"


@pytest.mark.parametrize("module", sorted(LATE))
def test_every_stand_in_is_of_something_that_is_there_and_used(module: str) -> None:
    """Another release, which imports something else or nothing of the kind, is noticed here."""
    for name, members in LATE[module].items():
        script = (
            f"import inspect\nreal = importlib.import_module({name!r})\n"
            f"importer = importlib.import_module({module!r})\n"
            f"print(all(hasattr(real, member) for member in {sorted(members)!r}),"
            f" 'from {name} import' in inspect.getsource(importer))"
        )
        assert run(script) == "True True"


def test_the_real_function_is_called_when_it_is_called() -> None:
    script = (
        "from localstack.services.cloudformation.engine import transformers\n"
        "try: transformers.transform_sam({}, {}, None)\n"
        "except Exception as error: print(type(error).__module__)\n"
        "print('samtranslator.translator.transform' in sys.modules)"
    )

    assert run(script).splitlines()[-1] == "True"


def test_everybody_else_gets_the_real_module() -> None:
    script = (
        "importlib.import_module('localstack.services.cloudformation.engine.transformers')\n"
        "from samtranslator.translator.transform import transform; print(transform.__module__)"
    )

    assert run(script) == "samtranslator.translator.transform"

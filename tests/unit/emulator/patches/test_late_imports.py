"""What LocalStack hardly uses is not imported with it, and is the real thing when it is used."""

import subprocess
import sys
from types import ModuleType

import pytest

from emulator.patches.late_imports import LATE


def run(script: str) -> str:
    """Run a script in a Python of its own, which has imported nothing yet; return what it prints."""
    start = "import importlib, sys; from emulator.patches.late_imports import META_PATH; sys.meta_path = META_PATH\n"
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
    names = {name: [] if stand_in is None else public_names(stand_in) for name, stand_in in LATE[module].items()}
    script = (
        "import ast, inspect\nfrom emulator.patches.late_imports import found_in\n"
        f"importer = importlib.import_module({module!r})\n"
        "used = set()\n"
        "for node in ast.walk(ast.parse(inspect.getsource(importer))):\n"
        "    if isinstance(node, ast.Import): used |= {name.name for name in node.names}\n"
        "    if isinstance(node, ast.ImportFrom): used |= {f'{node.module}.{name.name}' for name in node.names}\n"
        f"for name, members in {names!r}.items():\n"
        "    importlib.import_module(name)\n"
        "    for member in members: found_in(name, member)\n"
        "    print(any(one == name or one.startswith(name + '.') for one in used))"
    )
    assert run(script).splitlines() == ["True"] * len(names)


def public_names(stand_in: ModuleType) -> list[str]:
    return [name for name in vars(stand_in) if not name.startswith("__")]


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


def test_a_module_below_a_late_one_is_imported_with_it() -> None:
    script = (
        "from localstack.aws import connect\n"
        "before = 'dns.message' in sys.modules\n"
        "query = connect.dns.message.make_query('localhost', 'A')\n"
        "print(before, type(query).__name__, connect.dns.rdatatype.A.name)"
    )

    assert run(script) == "False QueryMessage A"


def test_what_is_encrypted_by_late_ciphers_is_read_again() -> None:
    script = (
        "from localstack.utils.crypto import decrypt, encrypt\n"
        "before = 'cryptography' in sys.modules\n"
        "key, vector = bytes(32), bytes(12)\n"
        "sealed, tag = encrypt(key, b'plain', vector, b'beside')\n"
        "print(before, decrypt(key, sealed, vector, tag, b'beside'))"
    )

    assert run(script) == "False b'plain'"


def test_a_wait_grows_as_with_pydantic() -> None:
    script = (
        "from localstack.utils.backoff import ExponentialBackoff\n"
        "backoff = ExponentialBackoff(randomization_factor=0, max_retries=3)\n"
        "print([backoff.next_backoff() for _ in range(4)], 'pydantic' in sys.modules)"
    )

    assert run(script) == "[0.5, 0.75, 1.125, 0] False"


@pytest.mark.parametrize(
    ("name", "sum_of_123456789"),
    # The check values of the catalogue of CRC algorithms, https://reveng.sourceforge.io/crc-catalogue/
    [("CrtCrc32cChecksum", "e3069283"), ("CrtCrc64NvmeChecksum", "ae8b14860a799888")],
)
def test_checksums_in_c_are_there_when_they_are_asked_for(name: str, sum_of_123456789: str) -> None:
    script = (
        f"from botocore.httpchecksum import {name}\n"
        "before = '_awscrt' in sys.modules\n"
        f"checksum = {name}()\nchecksum.update(b'123456789')\n"
        "print(before, checksum.digest().hex())"
    )

    assert run(script) == f"False {sum_of_123456789}"


def test_no_dns_server_is_imported_to_be_told_not_to_start() -> None:
    script = (
        "from localstack.dns import plugins\n"
        "plugins.start_dns_server(); plugins.setup_dns_configuration_on_host(); plugins.stop_server()\n"
        "print('localstack.dns.server' in sys.modules)"
    )

    assert run(script) == "False"

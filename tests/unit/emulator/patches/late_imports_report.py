"""A program: uses late imports in a Python of its own, which has imported nothing yet, and prints what it saw as JSON.

One process makes all observations. Their order matters: each step loads what the steps before it must not have loaded.
"""

import ast
import importlib
import inspect
import json
import sys
from collections.abc import Mapping
from types import ModuleType

from emulator.patches.late_imports import LATE, META_PATH, found_in


def loaded_by_import() -> Mapping[str, list[str]]:
    """Import all modules of `LATE`, and return which of the modules that they use late are loaded by then."""
    for module in sorted(LATE):
        importlib.import_module(module)
    return {module: [name for name in sorted(LATE[module]) if name in sys.modules] for module in LATE}


def dns_query() -> list[object]:
    """Use a module below a late one."""
    from localstack.aws import connect  # noqa: PLC0415 - after the finder is there

    before = "dns.message" in sys.modules
    query = connect.dns.message.make_query("localhost", "A")
    return [before, type(query).__name__, connect.dns.rdatatype.A.name]


def waits() -> list[object]:
    """Use what LocalStack builds with pydantic."""
    from localstack.utils.backoff import ExponentialBackoff  # noqa: PLC0415 - after the finder is there

    backoff = ExponentialBackoff(randomization_factor=0, max_retries=3)
    return [[backoff.next_backoff() for _ in range(4)], "pydantic" in sys.modules]


def dns_server_loaded() -> bool:
    """Start and stop the DNS server, which is off."""
    from localstack.dns import plugins  # noqa: PLC0415 - after the finder is there

    plugins.start_dns_server()
    plugins.setup_dns_configuration_on_host()
    plugins.stop_server()
    return "localstack.dns.server" in sys.modules


def decrypted() -> list[object]:
    """Encrypt and decrypt with late ciphers."""
    from localstack.utils.crypto import decrypt, encrypt  # noqa: PLC0415 - after the finder is there

    before = "cryptography" in sys.modules
    key, vector = bytes(32), bytes(12)
    sealed, tag = encrypt(key, b"plain", vector, b"beside")
    return [before, decrypt(key, sealed, vector, tag, b"beside").decode()]


def checksums() -> Mapping[str, object]:
    """Compute both checksums of AWS's runtime in C."""
    from botocore.httpchecksum import CrtCrc32cChecksum, CrtCrc64NvmeChecksum  # noqa: PLC0415 - after the finder is there

    before = "_awscrt" in sys.modules
    sums: dict[str, object] = {"loaded before": before}
    for checksum in (CrtCrc32cChecksum(), CrtCrc64NvmeChecksum()):
        checksum.update(b"123456789")
        sums[type(checksum).__name__] = checksum.digest().hex()
    return sums


def sam_transform() -> list[object]:
    """Call the late SAM transform, then import the real one."""
    from localstack.services.cloudformation.engine import transformers  # noqa: PLC0415 - after the finder is there

    before = "samtranslator.translator.transform" in sys.modules
    try:
        transformers.transform_sam({}, {}, None)
    except Exception as error:  # noqa: BLE001 - whatever it thinks of an empty template
        del error
    loaded = "samtranslator.translator.transform" in sys.modules
    # Here, since its place is the point; it has no stubs.
    from samtranslator.translator.transform import transform  # type: ignore[import-untyped]  # noqa: PLC0415

    return [before, loaded, transform.__module__]


def unused_stand_ins() -> Mapping[str, list[str]]:
    """Return, by module of `LATE`, what it does not import, and what is not there to be imported."""
    return {module: [name for name in LATE[module] if not _is_used(module, name)] for module in LATE}


def _is_used(module: str, name: str) -> bool:
    used: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(importlib.import_module(module)))):
        if isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            used |= {f"{node.module}.{alias.name}" for alias in node.names}
    importlib.import_module(name)
    stand_in = LATE[module][name]
    for member in [] if stand_in is None else public_names(stand_in):
        found_in(name, member)
    return any(each == name or each.startswith(name + ".") for each in used)


def public_names(stand_in: ModuleType) -> list[str]:
    """Return the names that a stand-in has for its importer."""
    return [name for name in vars(stand_in) if not name.startswith("__")]


STEPS = (
    loaded_by_import,
    waits,
    dns_server_loaded,
    dns_query,
    decrypted,
    checksums,
    sam_transform,
    unused_stand_ins,
)

if __name__ == "__main__":
    sys.meta_path = META_PATH
    print(json.dumps({step.__name__: step() for step in STEPS}))  # noqa: T201 - its output is its product

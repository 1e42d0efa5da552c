"""What LocalStack hardly uses is not imported with it, and is the real thing when it is used."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from emulator.patches.late_imports import LATE
from tests.unit.emulator.patches import late_imports_report

type Report = Mapping[str, Any]


@pytest.fixture(scope="module")
def report() -> Report:
    """What `late_imports_report` saw, in a Python of its own."""
    command = [sys.executable, "-m", late_imports_report.__name__]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seen: Report = json.loads(done.stdout.splitlines()[-1])
    return seen


def test_modules_are_imported_without_what_they_hardly_use(report: Report) -> None:
    assert report["loaded_by_import"] == {module: [] for module in LATE}


def test_every_stand_in_is_of_something_that_is_there_and_used(report: Report) -> None:
    """Another release, which imports something else or nothing of the kind, is noticed here."""
    assert report["unused_stand_ins"] == {module: [] for module in LATE}


def test_the_real_function_is_called_when_it_is_called_and_everybody_else_gets_the_real_module(report: Report) -> None:
    assert report["sam_transform"] == [False, True, "samtranslator.translator.transform"]


def test_a_module_below_a_late_one_is_imported_with_it(report: Report) -> None:
    assert report["dns_query"] == [False, "QueryMessage", "A"]


def test_what_is_encrypted_by_late_ciphers_is_read_again(report: Report) -> None:
    assert report["decrypted"] == [False, "plain"]


def test_a_wait_grows_as_with_pydantic(report: Report) -> None:
    assert report["waits"] == [[0.5, 0.75, 1.125, 0], False]


def test_checksums_in_c_are_there_when_they_are_asked_for(report: Report) -> None:
    # The check values of the catalogue of CRC algorithms, https://reveng.sourceforge.io/crc-catalogue/
    assert report["checksums"] == {
        "loaded before": False,
        "CrtCrc32cChecksum": "e3069283",
        "CrtCrc64NvmeChecksum": "ae8b14860a799888",
    }


def test_no_dns_server_is_imported_to_be_told_not_to_start(report: Report) -> None:
    assert report["dns_server_loaded"] is False

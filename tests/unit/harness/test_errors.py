"""Errors: every exception ends as one line and an exit code."""

import errno

import pytest

from harness.errors import HarnessError, InputOutputError, InternalError, UnavailableError, from_foreign


def test_an_error_of_ours_stays_what_it_is() -> None:
    error = UnavailableError("port 4566 is busy")
    assert from_foreign(error) is error


def test_a_full_disk_says_which_file_and_what_to_do() -> None:
    error = from_foreign(OSError(errno.ENOSPC, "No space left on device", "/data/x"))
    assert isinstance(error, InputOutputError)
    assert str(error).startswith("/data/x: No space left on device; ")
    assert error.exit_code == 74


def test_the_first_error_of_a_group_counts() -> None:
    group = ExceptionGroup("many", [ExceptionGroup("few", [OSError(errno.EIO, "Input/output error")])])
    assert isinstance(from_foreign(group), InputOutputError)


def test_a_bug_is_one_line_with_its_place() -> None:
    with pytest.raises(KeyError) as caught:
        {"one": 1}["two\nlines"]
    error = from_foreign(caught.value)
    assert isinstance(error, InternalError)
    assert str(error).startswith("internal error at test_errors.py:")
    assert "\n" not in str(error)


def test_every_error_has_an_exit_code() -> None:
    def tree(root: type[HarnessError]) -> list[type[HarnessError]]:
        return [root, *(error for child in root.__subclasses__() for error in tree(child))]

    assert all(error.exit_code not in {0, 2} for error in tree(HarnessError))

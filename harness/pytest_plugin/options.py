"""The options that the plugin adds to pytest's own, in a group of their own."""

import argparse
from typing import Final
from urllib.parse import urlsplit

import pytest

DEFAULT_FLOWS: Final = 100
_MAX_FLOWS: Final = 1_000_000


def add_options(parser: pytest.Parser) -> None:
    """Add them. Their values are in `config.option.harness_...`, so that no other plugin's can be there."""
    group = parser.getgroup("harness", "flows at an asynchronous API")
    group.addoption(
        "--engine",
        dest="harness_engine",
        choices=["embedded", "container", "external"],
        default="embedded",
        help="where the stack is deployed: one engine for the session, started when a test needs it (embedded, "
        "or container: the same in Docker), "
        "or any endpoint that speaks AWS's APIs (external)",
    )
    group.addoption(
        "--endpoint-url",
        dest="harness_endpoint_url",
        metavar="URL",
        type=_endpoint_url,
        help="where the external engine is",
    )
    group.addoption(
        "--seed",
        dest="harness_seed",
        metavar="N",
        type=_seed,
        help="the seed of every workload: the same seed sends the same (default: drawn, and shown in the header)",
    )
    group.addoption(
        "--flows",
        dest="harness_flows",
        metavar="N",
        type=_flows,
        default=DEFAULT_FLOWS,
        help=f"how many flows a workload has, unless the test says otherwise (default: {DEFAULT_FLOWS})",
    )
    group.addoption(
        "--auth",
        dest="harness_auth",
        choices=["none", "iam", "jwt"],
        default="none",
        help="who may call the stack: everybody, whose calls are signed (iam), or who has a token of this machine's"
        " issuer (jwt); see docs/security.md (default: none)",
    )


def _endpoint_url(text: str) -> str:
    if not text.startswith(("http://", "https://")) or not urlsplit(text).hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no endpoint URL; give one like http://127.0.0.1:4566")
    return text


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
    return int(text)


def _flows(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MAX_FLOWS):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {_MAX_FLOWS:,}")
    return int(text)

"""Twisted parses each request's Content-Type with the parser for e-mail headers. Clients send a handful of them."""

from functools import lru_cache

from twisted.web import http

from emulator.speedups.originals import require_source

MAX_CONTENT_TYPES = 256


def apply() -> None:
    """Remember what was parsed."""
    parse = http._parseContentType  # noqa: SLF001 - there is no public way to it
    require_source(parse, "5b5206bbb013a9ce")
    http._parseContentType = lru_cache(MAX_CONTENT_TYPES)(parse)  # noqa: SLF001 - as above

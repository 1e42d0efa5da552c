"""Twisted parses each request's Content-Type with the parser for e-mail headers. Clients send a handful of them."""

from functools import lru_cache

from twisted.web import http

MAX_CONTENT_TYPES = 256

parse_once = lru_cache(MAX_CONTENT_TYPES)(http._parseContentType)  # noqa: SLF001 - there is no public way to it

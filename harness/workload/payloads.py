"""What flows send. Pure: a payload derives from the shape, the mix, the seed and the flow's number alone."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from harness.shape import ApiShape, BodyField, FieldKind

HOSTILE_FRAGMENTS: Final[tuple[str, ...]] = (
    '"',
    "'",
    "\\",
    "\\\"'",
    "\\u0041",
    "\n\r\t",
    "\x00\x01\x1f\x7f",
    "\u2028\u2029",
    "\U0001f9d1\u200d\U0001f680",
    "e\u0301 \u00e9",
    "\u202e\u0645\u0631\u062d\u0628\u0627",
    "$input.body",
    "$input.path('$.name')",
    "$util.escapeJavaScript('x')",
    "${context.requestId} $!{missing}",
    "#set($x=1) #if(true) #end",
    "## #* *# #[[ ]]#",
    "&Action=PurgeQueue",
    "a+b=c;d%20%00%zz",
    "<script>&amp;</script>",
    '"}, {"name": "',
)
"""Texts that break a mapping template, a form body, or JSON which was put together by hand."""

HOSTILE_LOCAL_PARTS: Final[tuple[str, ...]] = (
    "o'hara",
    "a+b=c",
    "a&Action=PurgeQueue",
    "50%20%00%zz",
    "$input.body",
    "${x}$!{y}",
    "#end",
    "{}|^`~?*/",
)
"""The same for an email address, of characters that RFC 5322 (3.2.3) allows there without quotes."""

_FIRST_NAMES: Final = ("Ada", "Barbara", "Edsger", "Grace", "Ken", "Leslie", "Margaret", "Nancy", "Tony")
_LAST_NAMES: Final = ("Dijkstra", "Hamilton", "Hoare", "Hopper", "Lamport", "Liskov", "Lovelace", "Lynch")
_ALPHABETS: Final[tuple[range, ...]] = (
    range(0xC0, 0x180),  # Latin with marks
    range(0x300, 0x370),  # marks alone, which join what is before them
    range(0x391, 0x3CA),  # Greek
    range(0x410, 0x450),  # Cyrillic
    range(0x5D0, 0x5EB),  # Hebrew
    range(0x627, 0x64B),  # Arabic
    range(0x905, 0x93A),  # Devanagari
    range(0x4E00, 0x5000),  # Chinese
    range(0xAC00, 0xAE00),  # Korean
    range(0x1F600, 0x1F650),  # emoji: beyond the first plane
    range(0x20000, 0x20100),  # Chinese, beyond the first plane
)
_MOST_FRAGMENTS: Final = 4
_MOST_UNICODE_CHARACTERS: Final = 24
_SHORTEST_TEXTS: Final = ("a", "0", " ", '"', "\\", "$", "\u00e9", "\U0001f680")
_LONGEST_LOCAL_PART: Final = 64  # RFC 5321, 4.5.3.1.1


@dataclass(frozen=True, slots=True)
class PayloadMix:
    """Shares of flows, each 0 to 1, together at most 1; the rest is plain ASCII."""

    unicode_share: float = 0.2
    hostile_share: float = 0.2
    """Texts that break a mapping template, a form body, or JSON put together by hand."""
    limit_share: float = 0.02
    """Texts as long as the API lets them be, and as short."""
    invalid_share: float = 0.05
    """Bodies that the API must reject."""


type _Payload = dict[str, Any]
type _MakeText = Callable[[random.Random, int], str]
"""From the flow's random source and the most characters that there may be."""


def make_payload(shape: ApiShape, mix: PayloadMix, seed: int, number: int) -> tuple[_Payload, bool]:
    """Return the create's body of one flow, and whether the API must accept it.

    Every email is its own within the workload, so that a mix-up shows. All texts can be sent as UTF-8.
    """
    # A text seeds by its SHA-512: the same on every machine, and near numbers are far apart.
    drawn = random.Random(f"{seed}/{number}")  # noqa: S311  - repeatable is the point
    shares = (mix.invalid_share, mix.limit_share, mix.hostile_share, mix.unicode_share)
    invalid, limit, hostile, in_unicode = accumulate(shares)
    identity = f"user-{seed}-{number}"
    roll = drawn.random()
    if roll < invalid:
        payload = _fill(shape, drawn, _plain_text, f"{identity}@example.com")
        return drawn.choice(list(_spoilt(shape, payload))), False
    if roll < limit:
        local_part = identity.ljust(_LONGEST_LOCAL_PART, "a") if drawn.random() < 0.5 else identity  # noqa: PLR2004  - a half
        return _fill(shape, drawn, _limit_text, f"{local_part}@example.com"), True
    if roll < hostile:
        email = f"{identity}.{drawn.choice(HOSTILE_LOCAL_PARTS)}@example.com"
        return _fill(shape, drawn, _hostile_text, email), True
    make_text = _unicode_text if roll < in_unicode else _plain_text
    return _fill(shape, drawn, make_text, f"{identity}@example.com"), True


def _fill(shape: ApiShape, drawn: random.Random, make_text: _MakeText, email: str) -> _Payload:
    def value(field: BodyField) -> Any:
        match field.kind:
            case FieldKind.TEXT:
                return make_text(drawn, field.max_characters)
            case FieldKind.EMAIL:
                return email
            case FieldKind.CONSTANT:
                return field.value

    return {name: value(field) for name, field in shape.create.fields.items()}


def _plain_text(drawn: random.Random, most: int) -> str:
    return f"{drawn.choice(_FIRST_NAMES)} {drawn.choice(_LAST_NAMES)}"[:most]


def _unicode_text(drawn: random.Random, most: int) -> str:
    count = min(drawn.randint(1, _MOST_UNICODE_CHARACTERS), most)
    return "".join(chr(drawn.choice(drawn.choice(_ALPHABETS))) for _ in range(count))


def _hostile_text(drawn: random.Random, most: int) -> str:
    fragments = drawn.choices(HOSTILE_FRAGMENTS, k=drawn.randint(1, _MOST_FRAGMENTS))
    return f"{_plain_text(drawn, most)} {''.join(fragments)}"[:most]


def _limit_text(drawn: random.Random, most: int) -> str:
    """Return a text of one character, or of the most; ASCII, since limits on the way there count bytes."""
    if drawn.random() < 0.5:  # noqa: PLR2004  - a half
        return drawn.choice(_SHORTEST_TEXTS)
    words = _plain_text(drawn, most) + " "
    return (words * (most // len(words) + 1))[:most]


def _spoilt(shape: ApiShape, payload: _Payload) -> Iterator[_Payload]:
    """Return what is wrong in one way each."""
    for name, field in shape.create.fields.items():
        yield {other: value for other, value in payload.items() if other != name}
        if field.kind is FieldKind.CONSTANT:
            continue
        for wrong in (None, 7, True, [payload[name]], {"text": payload[name]}, ""):
            yield {**payload, name: wrong}
        yield {**payload, name: str(payload[name]).ljust(field.max_characters + 1, "a")}
        if field.kind is FieldKind.EMAIL:
            yield {**payload, name: payload[name].replace("@", " at ")}
    if shape.create.only_these_fields:
        yield {**payload, "unasked": "more"}

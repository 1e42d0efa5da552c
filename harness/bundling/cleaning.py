"""Takes out of texts what nobody else may know: credentials, signatures, where somebody's home is. Pure.

It knows the forms that secrets have, the names of what holds them, and the very values that are secret in this
process's environment. What it takes out is replaced by a mark, so that a reader sees that there was something.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

LEFT_OUT: Final = "(left out)"
HOME: Final = "~"

_SHORTEST_VALUE: Final = 6
"""A value of the environment that is shorter is found by chance, as `test` is."""
_TELLING_WORD: Final = (
    r"(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization"
    r"|x-auth|cookie|session[_-]?id|signature)"
)
_SECRET_NAME: Final = re.compile(_TELLING_WORD, re.IGNORECASE)
_HARMLESS_NAME: Final = re.compile(
    r"(?:next|pagination|continuation)[_-]?token|secret[_-]?arn|token[_-]?count", re.IGNORECASE
)
_MARK: Final = re.escape(LEFT_OUT)

# Each part that may repeat before what a form is known by is bounded: a text may be a hundred thousand letters long.
# What is secret wherever it is, by its form. A group named `kept` stays.
_FORMS: Final[tuple[re.Pattern[str], ...]] = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.|\n)*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
    re.compile(r"(?P<kept>[A-Za-z][A-Za-z0-9+.-]{0,40}://)[^/?#\s@\"'<>]*@"),
    re.compile(r"\b(?:AKIA|ASIA|LSIA|LKIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*"),
    re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{20,})"),
    re.compile(r"(?P<kept>\bAWS4-HMAC-SHA256\s+)Credential=[^\n\"']*"),
    re.compile(rf"(?P<kept>\b(?:Bearer|Basic|Digest|Negotiate)\s+)(?!{_MARK})[A-Za-z0-9+/=._~-]{{8,}}"),
    re.compile(
        rf"(?P<kept>[?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId|sig|key|{_TELLING_WORD})=)"
        rf"(?!{_MARK})[^&\s\"'<>#]+",
        re.IGNORECASE,
    ),
)
# A value with the name of a secret before it, as in a log, a command line or a JSON text.
_NAMED: Final = re.compile(
    rf"(?P<name>[\w.-]{{0,40}}{_TELLING_WORD}[\w.-]{{0,40}})(?P<between>[\"']?\s*[:=]\s*)(?!{_MARK})"
    r"(?P<value>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[^\s,;&\"'<>{}()\[\]]+)",
    re.IGNORECASE,
)
# In code only what is a literal: `token = find_token()` is none.
_NAMED_LITERAL: Final = re.compile(
    rf"(?P<name>[\w.-]{{0,40}}{_TELLING_WORD}[\w.-]{{0,40}})(?P<between>[\"']?\s*(?::[^=\n\"'{{}}]*=|[:=])\s*)"
    r"(?P<value>\"(?:[^\"\\\n]|\\.)+\"|'(?:[^'\\\n]|\\.)+')",
    re.IGNORECASE,
)
_NAMED_SCALAR: Final = re.compile(
    rf"^(?P<name>\s*(?:- )?[\w.-]{{0,40}}{_TELLING_WORD}[\w.-]{{0,40}})"
    # What is named like a secret may have members of its own: they are no value of it.
    r"(?P<between>:\s+)(?![\w./-]{1,80}:(?:\s|$))(?P<value>[^\s!&*|>{\[#\"'][^\n#]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_HOMES: Final = re.compile(r"(?:/home|/Users|[A-Za-z]:\\\\?Users)[/\\]+[^/\\\s\"'<>:;,]+")


class Cleaner:
    """Takes out secrets, and counts how many there were.

    Args:
        environment: this process's. Values of variables that are named like secrets are taken out wherever they are.
        folders: paths that say where somebody works, with what stands for each; the longest are looked for first.
    """

    def __init__(self, environment: Mapping[str, str], folders: Mapping[str, str]) -> None:
        self.count = 0
        values = {value for name, value in environment.items() if is_secret_name(name) and _is_telling(value)}
        known = dict.fromkeys(values, LEFT_OUT) | {path: mark for path, mark in folders.items() if len(path) > 1}
        self._known = known
        # The longest first; a folder is followed by a separator, or by the end of the path.
        words = sorted(known, key=len, reverse=True)
        parts = [re.escape(word) + (r"(?![\w.-])" if word in folders else "") for word in words]
        self._literal = re.compile("|".join(parts)) if parts else None

    def text(self, text: str) -> str:
        """Return a text, as of a log, without secrets."""
        return self._named(_NAMED, self._by_form(text))

    def code(self, text: str) -> str:
        """Return a source text without secrets. It is as good a program as before."""
        return self._named(_NAMED_SCALAR, self._named(_NAMED_LITERAL, self._by_form(text)))

    def value(self, value: Any, name: str = "") -> Any:
        """Return a JSON value without secrets, by their form and by the names of members."""
        match value:
            case str():
                if value and is_secret_name(name):
                    return self._left_out(value)
                return self.text(value)
            case dict():
                return {self.text(key): self.value(member, key) for key, member in value.items()}
            case list() | tuple():
                return [self.value(member, name) for member in value]
            case _:
                return value

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return headers without the values of all that are not known to be harmless."""
        return {
            name: value if name.lower() in _HARMLESS_HEADERS else self._left_out(value)
            for name, value in headers.items()
        }

    def _by_form(self, text: str) -> str:
        if self._literal:
            text = self._literal.sub(self._replace_known, text)
        text = _HOMES.sub(self._counting(lambda _found: HOME), text)
        for form in _FORMS:
            text = form.sub(self._counting(_without_form), text)
        return text

    def _named(self, pattern: re.Pattern[str], text: str) -> str:
        def replace(found: re.Match[str]) -> str:
            name, value = found["name"], found["value"]
            bare = value.strip("\"'")
            if not is_secret_name(name) or LEFT_OUT in value or not bare or bare.lower() in _NO_VALUES:
                return found[0]
            self.count += 1
            quote = value[0] if value[0] in "\"'" else ""
            return f"{name}{found['between']}{quote}{LEFT_OUT}{quote}"

        return pattern.sub(replace, text)

    def _replace_known(self, found: re.Match[str]) -> str:
        self.count += 1
        return self._known[found[0]]

    def _counting(self, replace: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
        def counted(found: re.Match[str]) -> str:
            self.count += 1
            return replace(found)

        return counted

    def _left_out(self, value: str) -> str:
        self.count += value != LEFT_OUT
        return LEFT_OUT


def is_secret_name(name: str) -> bool:
    """Return whether what has this name is likely to be secret."""
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)


_HARMLESS_HEADERS: Final = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_NO_VALUES: Final = frozenset({"none", "null", "true", "false", "str", "bytes", "string"})


def _is_telling(value: str) -> bool:
    return len(value) >= _SHORTEST_VALUE


def _without_form(found: re.Match[str]) -> str:
    kept = found.groupdict().get("kept") or ""
    # A URL is as good without the user that was in it.
    return kept if kept.endswith("://") else f"{kept}{LEFT_OUT}"

"""Keeps secrets out of recordings: by what they are called, by what they look like, and by what they were elsewhere.

A value that stands under a secret's name is remembered, and taken out wherever it comes again, also in other spellings:
a server repeats a key in the text of an error, a program puts it in base64 into a header. So a recording is redacted
as a whole, after its session.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from runtime.jsontext import load_json
from runtime.recording import Close, Event, JsonObject

__all__ = ["REDACTED", "Redactor"]

REDACTED = "REDACTED"

#: What a name ends with, compared without case and without what stands between its words, if its value is a secret:
#: in a query, in a header, in a message, in a URL inside a text.
_ENDINGS = (
    "token", "authorization", "apikey", "accesskey", "secretkey", "privatekey", "signingkey", "secret", "password",
    "passwd", "passphrase", "credential", "credentials", "cookie", "signature", "authheadervalue", "xapikey",
)  # fmt: skip
_WHOLE = frozenset({"key", "sig", "pwd", "pass", "auth", "jwt", "bearer"})

#: Texts that are secrets wherever they stand. The vendor's API keys are 32 hexadecimal digits; identifiers of sessions
#: have dashes and stay. The rest are the forms of widely used services, and long texts that nobody would speak.
_SHAPES = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"(?<![0-9A-Za-z-])[0-9a-fA-F]{32,}(?![0-9A-Za-z-])",
    r"\beyJ[\w-]{8,9000}\.[\w-]{8,9000}\.[\w-]*",  # JSON Web Tokens
    r"(?i:\b(?:bearer|basic|token)\s+)(?=\S*\d)[\w.~+/=-]{8,}",
    r"\b(?:sk|pk|rk)[-_](?=\S{0,500}\d)[\w-]{16,}",
    r"\b(?:ghp|gho|ghu|ghs|ghr|github_pat|glpat|hf|npm|pypi|xox[abposr]|SG)[-_.](?=\S{0,500}\d)[\w.-]{16,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bAIza[\w-]{35}",
    r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)",  # the user and the password of a URL
    # Forty characters and more, letters of both cases and digits in one piece.
    r"(?<![\w+/=-])(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])(?=[\w+/-]*\d)[\w+/-]{40,}={0,2}(?![\w+/=-])",
)
_SHAPE = re.compile("|".join(_SHAPES), re.DOTALL)

#: `name=value` in a URL or a header inside a text; looked for where a name begins, once, however long it is.
_PAIR = re.compile(r"(?<![\w.-])(?P<name>[\w.-]+)(?P<is>=|%3[Dd])(?P<value>[^&\s\"'<>;,]+)")

#: Shorter texts are not looked for elsewhere: they may be words.
_SHORTEST = 6


class Redactor:
    """Replaces secrets by a fixed word.

    Args:
        secrets: exact texts known to be secret.
        patterns: regular expressions of what else is.
    """

    def __init__(self, secrets: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        self._patterns = [re.compile(pattern) for pattern in patterns]
        self._known: set[str] = set()
        self._exact: re.Pattern[str] | None = None
        for secret in secrets:
            self._remember(secret, 1)

    def learn(self, value: object) -> None:
        """Remember the secrets of a message or a query, so that they are found wherever they come again."""
        for secret in _secrets(value):
            self._remember(secret, _SHORTEST)

    def text(self, text: str) -> str:
        """Return text without secrets."""
        for pattern in filter(None, [self._exact, _SHAPE, *self._patterns]):
            text = pattern.sub(REDACTED, text)
        return _PAIR.sub(_without_value, text)

    def pairs(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return a query or headers without secrets."""
        return {name: REDACTED if _is_secret(name) else self._string(value) for name, value in fields.items()}

    def event(self, event: Event) -> Event:
        """Return an event of a session without secrets."""
        if event.message is not None:
            return replace(event, message=self.message(event.message))
        if event.close is not None:
            return replace(event, close=Close(event.close.code, self.text(event.close.reason)))
        return replace(event, text=None if event.text is None else self.text(event.text))

    def message(self, message: JsonObject) -> JsonObject:
        """Return a message without secrets, at any depth."""
        return {
            name: REDACTED if _is_secret(name) and value is not None else self._value(value)
            for name, value in message.items()
        }

    def _value(self, value: object) -> object:
        match value:
            case str():
                return self._string(value)
            case dict():
                return self.message(value)
            case list():
                return [self._value(item) for item in value]
            case int() | float() if str(value) in self._known:
                return REDACTED
            case _:
                return value

    def _string(self, text: str) -> str:
        """Return a value without secrets, JSON inside it included."""
        inner = _json(text)
        kept = self._value(inner)
        return self.text(text) if kept == inner else json.dumps(kept, ensure_ascii=False)

    def _remember(self, secret: str, shortest: int) -> None:
        if len(secret) < shortest or secret == REDACTED:
            return
        known = len(self._known)
        self._known |= set(_spellings(secret))
        if len(self._known) > known:
            # The longest first: a secret may contain another.
            exact = sorted(map(re.escape, self._known), key=len, reverse=True)
            self._exact = re.compile("|".join(exact))


def _is_secret(name: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain.endswith(_ENDINGS) or plain in _WHOLE


def _without_value(match: re.Match[str]) -> str:
    return f"{match['name']}{match['is']}{REDACTED}" if _is_secret(match["name"]) else match[0]


def _spellings(secret: str) -> Iterator[str]:
    yield from {secret, secret.upper(), secret.lower(), quote(secret, safe="")}
    data = secret.encode(errors="replace")
    for encoded in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
        yield encoded.decode().rstrip("=")
    yield data.hex()


def _secrets(value: object, secret: bool = False) -> Iterator[str]:
    """Yield every text and number that stands under a secret's name."""
    match value:
        case str():
            if secret:
                yield value
                yield value.rpartition(" ")[2]  # the key behind a "Bearer"
            elif (inner := _json(value)) is not None:
                yield from _secrets(inner)
            else:
                yield from (match["value"] for match in _PAIR.finditer(value) if _is_secret(match["name"]))
        case bool() | None:
            return
        case int() | float():
            if secret:
                yield str(value)
        case dict():
            for name, item in value.items():
                yield from _secrets(item, secret or _is_secret(str(name)))
        case list():
            for item in value:
                yield from _secrets(item, secret)


def _json(text: str) -> object:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return load_json(text)
    except ValueError:
        return None

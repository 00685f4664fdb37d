"""Keeps secrets out of recordings: keys, temporary tokens, and what else a user names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from runtime.recording import JsonObject

__all__ = ["REDACTED", "Redactor"]

REDACTED = "REDACTED"

#: Names whose value is a secret wherever they stand: in a query, in a header, in a message.
_SECRET_NAMES = re.compile(
    r"(^|_|-)(token|authorization|api_?key|secret|password|webhook_auth_header_value)$", re.IGNORECASE
)

#: The vendor's API keys are 32 hexadecimal digits; identifiers of sessions have dashes and stay.
_KEY = re.compile(r"(?<![0-9A-Za-z-])[0-9a-f]{32}(?![0-9A-Za-z-])")


class Redactor:
    """Replaces secrets by a fixed word.

    `secrets` are exact texts known to be secret, `patterns` regular expressions.
    """

    def __init__(self, secrets: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        # The longest first: a secret may contain another.
        exact = sorted((re.escape(secret) for secret in secrets if secret), key=len, reverse=True)
        self._patterns = [_KEY, *(re.compile(pattern) for pattern in [*exact, *patterns])]

    def text(self, text: str) -> str:
        """Return text without secrets."""
        for pattern in self._patterns:
            text = pattern.sub(REDACTED, text)
        return text

    def pairs(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return a query or headers without secrets."""
        return {name: REDACTED if _SECRET_NAMES.search(name) else self.text(value) for name, value in fields.items()}

    def message(self, message: JsonObject) -> JsonObject:
        """Return a message without secrets, at any depth."""
        return {name: REDACTED if _is_secret(name, value) else self._value(value) for name, value in message.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self.message(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        return value


def _is_secret(name: str, value: object) -> bool:
    return isinstance(value, str) and bool(_SECRET_NAMES.search(name))

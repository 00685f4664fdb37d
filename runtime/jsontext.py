"""JSON as text: read from strangers, written for people."""

from __future__ import annotations

import json
from collections.abc import Mapping

__all__ = ["dump_json", "load_json"]


def load_json(text: str | bytes) -> object:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is none, or is nested deeper than anything sensible.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dump_json(value: Mapping[str, object], separators: tuple[str, str] = (", ", ": ")) -> str:
    """Return JSON that people can read, and that can be encoded.

    Half a surrogate pair has no UTF-8 and stays escaped.
    """
    text = json.dumps(value, ensure_ascii=False, separators=separators)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=separators)
    return text

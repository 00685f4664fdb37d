"""Where the cells of a notebook keep their source in its JSON text, so that only that is rewritten."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


def spans(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield (index of the cell, start, end) of the value of each cell's `source` in the valid JSON `text`."""
    path: list[str | int] = []  # keys and indexes of the containers around
    start, string, after_colon = -1, "", False
    for match in _TOKEN.finditer(text):
        token = match[0]
        here = len(path) == 3 and path[0] == "cells" and path[2] == "source"
        if here and after_colon:
            start = match.start()
            if token.startswith('"'):
                yield int(path[1]), start, match.end()
        after_colon = token == ":"
        if token == "{":
            path.append("")
        elif token == "[":
            path.append(0)
        elif token in ("}", "]"):
            path.pop()
            if token == "]" and len(path) == 3 and path[0] == "cells" and path[2] == "source":
                yield int(path[1]), start, match.end()
        elif token == ":":
            path[-1] = json.loads(string)
        elif token == "," and isinstance(path[-1], int):
            path[-1] += 1
        elif token.startswith('"'):
            string = token


def lines(raw: str) -> list[int]:
    """Return, for each line of a source whose JSON text is `raw`, on which line of `raw` it stands, from 0."""
    found: list[int] = []
    whole = True  # whether the line before has ended
    for match in _TOKEN.finditer(raw):
        if match[0].startswith('"'):
            here = raw.count("\n", 0, match.start())
            for line in _split(json.loads(match[0])):
                if whole:
                    found.append(here)
                whole = line.endswith("\n")
    return found


def rewritten(raw: str, source: str, ascii_only: bool) -> str:
    """Return the JSON text of `source`, written as `raw` is.

    Args:
        raw: the JSON text of the former source.
        ascii_only: whether other characters are written as escapes.
    """
    if not raw.startswith("["):
        return json.dumps(source, ensure_ascii=ascii_only)
    known = [match[0] for match in _TOKEN.finditer(raw) if match[0].startswith('"')]
    by_line = {json.loads(token): token for token in known}
    tokens = [by_line.get(line) or json.dumps(line, ensure_ascii=ascii_only) for line in _split(source)]
    if not tokens:
        return "[]"
    pieces = _TOKEN.split(raw)  # what stands between the brackets, strings and commas
    if len(known) > 1:
        opening, before_comma, between, closing = pieces[1], pieces[2], pieces[3], pieces[-2]
    elif known:
        opening, before_comma, closing = pieces[1], "", pieces[-2]
        between = opening or " "
    else:
        opening = before_comma = closing = ""
        between = " "
    return f"[{opening}{f'{before_comma},{between}'.join(tokens)}{closing}]"


def _split(source: str) -> Sequence[str]:
    """Return the lines of `source` with their ends; only a line feed ends one, as in a notebook's JSON."""
    parts = source.split("\n")
    return [*(part + "\n" for part in parts[:-1]), *parts[-1:]] if parts[-1] else [part + "\n" for part in parts[:-1]]

"""Comments by which a user keeps the tool away from a line or a file."""

from __future__ import annotations

import io
import re
import tokenize

_LINE = re.compile(r"#\s*v3-migrate:\s*ignore\[(?P<codes>[\w\s,]+)\]")
_FILE = re.compile(r"^\s*#\s*v3-migrate:\s*ignore-file\b")


def ignored_lines(text: str) -> dict[int, tuple[str, ...]]:
    """Return the codes ignored on each line that carries `# v3-migrate: ignore[CODE, ...]`."""
    found: dict[int, tuple[str, ...]] = {}
    if "v3-migrate:" not in text:
        return found
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and (match := _LINE.search(token.string)):
                found[token.start[0]] = tuple(code.strip() for code in match["codes"].split(",") if code.strip())
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return found
    return found


def ignores_file(text: str) -> bool:
    """Return whether a comment among the leading comments of the file says `# v3-migrate: ignore-file`."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            return False
        if _FILE.match(line):
            return True
    return False

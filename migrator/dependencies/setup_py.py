"""`setup.py`: requirements that stand in it as literals. Nothing of it is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from migrator.dependencies import requirement
from migrator.dependencies.edits import Declarations, Edited, Note, listed_beside, place
from migrator.dependencies.versions import FLOOR, UnclearError

_KEYWORDS = ("install_requires", "extras_require", "tests_require", "setup_requires")


def declared(text: str) -> Declarations:
    """Yield what the literals ask for."""
    for node in _literals(_parsed(text)):
        found = requirement.parsed(str(node.value))
        if found is not None:
            yield found.name, found.specifier


def edit(text: str) -> Edited:
    """Raise the SDK, and list PyAudio where the SDK brought it; what is computed is reported."""
    result = Edited(text)
    tree = _parsed(text)
    starts = _line_starts(text)
    known = _literals(tree)
    present = {name for name, _ in declared(text)}
    for node in sorted(known, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        start, end = _extent(text, starts, node)
        span = place(text, start, end)
        try:
            wanted = requirement.wanted(str(node.value))
        except UnclearError as error:
            result.notes.append(Note(span, f"assemblyai: {error}", False))
            continue
        if wanted is None:
            continue
        literal = text[start:end]
        if literal[1:-1] != node.value or literal[0] not in "'\"":
            message = f"assemblyai is put together here: ask for assemblyai>={FLOOR}"
            result.notes.append(Note(span, message, False))
            continue
        quote = literal[0]
        companion = wanted.companion if "pyaudio" not in present else None
        beside = None if companion is None else _quoted(companion, quote)
        result.text = listed_beside(result.text, start, end, f"{quote}{wanted.text}{quote}", beside)
        result.notes.append(Note(span, wanted.reason, True))
    for other in ast.walk(tree):
        if isinstance(other, ast.Constant) and isinstance(other.value, str) and other not in known:
            if _looks_old(other.value):
                start, end = _extent(text, starts, other)
                message = f"assemblyai, in a list that is computed: ask for assemblyai>={FLOOR}"
                result.notes.append(Note(place(text, start, end), message, False))
    result.notes.sort(key=lambda note: note.span)
    return result


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _literals(tree: ast.Module) -> list[ast.Constant]:
    """Return the strings in the lists that `setup(...)` takes for requirements."""
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def strings(node: ast.expr | None) -> Iterator[ast.Constant]:
        if isinstance(node, ast.Name):
            node = named.get(node.id)
        if isinstance(node, ast.List | ast.Tuple):
            for element in node.elts:
                if isinstance(element, ast.Constant) and isinstance(element.value, str):
                    yield element
        elif isinstance(node, ast.Dict):
            for value in node.values:
                yield from strings(value)
        elif isinstance(node, ast.BinOp):
            yield from strings(node.left)
            yield from strings(node.right)

    found = [
        string
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in _KEYWORDS
        for string in strings(keyword.value)
    ]
    return list(dict.fromkeys(found))


def _looks_old(text: str) -> bool:
    known = requirement.parsed(text)
    if known is None or known.name != requirement.SDK or not (known.specifier or known.extras):
        return False
    try:
        return requirement.wanted(text.strip()) is not None
    except UnclearError:
        return True


def _quoted(text: str, quote: str) -> str:
    other = "'" if quote == '"' else '"'
    return f"{quote}{text.replace(quote, other)}{quote}"


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


def _extent(text: str, starts: list[int], node: ast.expr) -> tuple[int, int]:
    """Return where a node starts and ends; the parser counts columns in bytes."""

    def offset(line: int, column: int) -> int:
        start = starts[line - 1]
        content = text[start : starts[line]] if line < len(starts) else text[start:]
        return start + len(content.encode()[:column].decode())

    assert node.end_lineno is not None and node.end_col_offset is not None
    return offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)

"""Print what the interpreter knows of a program: `python scripts/values.py FILE...`, a line for each expression.

The first file is the program, further ones are modules that it may import by name. For whoever writes a rule, or
wonders why a place is not proven: see docs/developing/interpreter.md.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import libcst as cst  # noqa: E402

from codemods.facts.program import Program  # noqa: E402
from codemods.interpreter.values import Value  # noqa: E402
from codemods.libraries.transport import Transport  # noqa: E402
from codemods.syntax.tree import SourceModule  # noqa: E402

_TRIVIAL = (cst.SimpleString, cst.Integer, cst.Float, cst.SimpleWhitespace)


class Files:
    """The modules that the program may import."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """Return the file of that name, if it was given."""
        path = f"{module.replace('.', '/')}.py"
        return path if path in self._files else None

    def environment(self, name: str) -> Sequence[tuple[str, str]]:
        """There are no settings."""
        return ()

    def line_length(self, path: str) -> int | None:
        """Nobody has said anything."""
        return None

    def is_settings(self, path: str) -> bool:
        """There are no settings."""
        return False

    def read(self, path: str) -> str | None:
        """Return its text."""
        return self._files.get(path)


def lines(files: Mapping[str, str]) -> Iterator[str]:
    """Yield `line:column  source  values` of each expression of the first file that has any."""
    path, text = next(iter(files.items()))
    module = SourceModule(path, text)
    program = Program({path: module}, Files(files))
    rows = []
    for node in module.walk():
        values = program.values(node)
        if values and isinstance(node, cst.BaseExpression) and not isinstance(node, _TRIVIAL):
            span = module.span(node)
            rows.append((span.line, span.column, module.code(node), ", ".join(sorted(_spelled(program, values)))))
    width = min(max((len(code.split("\n")[0]) for _, _, code, _ in rows), default=0), 40)
    for line, column, code, values in sorted(rows):
        yield f"{line:>3}:{column:<3} {code.split(chr(10))[0][:width]:<{width}}  {values}"


def _spelled(program: Program, values: Iterable[Value]) -> Iterator[str]:
    for value in values:
        yield _spell(program, value)


def _spell(program: Program, value: object) -> str:
    match value:
        case cst.CSTNode():
            module = program.module_of(value)
            return f"line {module.span(value).line}" if module is not None else "?"
        case Enum():
            return str(value.value)
        case Transport():
            return value.name
        case tuple() | frozenset() | list():
            return "(" + ", ".join(_spell(program, item) for item in value) + ")"
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = (getattr(value, field.name) for field in dataclasses.fields(value))
            return f"{type(value).__name__}({', '.join(_spell(program, field) for field in fields)})"
        case _:
            return repr(value)


if __name__ == "__main__":
    for row in lines({Path(name).name: Path(name).read_text(encoding="utf-8") for name in sys.argv[1:]}):
        print(row)

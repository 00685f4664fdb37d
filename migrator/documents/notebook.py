"""A Jupyter notebook: its code cells are one program, which is read, and written back, as if it were a module."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from codemods.model import Span
from migrator.documents import json_cells, magics
from migrator.documents.module import DecodingError, Module, newlines
from migrator.documents.pieces import at, join, split


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of code.

    Attributes:
        number: its place among all cells, counted from 1.
        start, end: where the JSON of its source stands in the notebook's text.
        source: what is written in it.
        masked: the same as Python: lines for IPython are names.
        hidden: those lines.
        problem: why it is no Python; it then takes no part in the program.
    """

    number: int
    start: int
    end: int
    source: str
    masked: str
    hidden: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Notebook:
    """The cells of a notebook and what it takes to write them back; every other byte stays.

    Attributes:
        text: the program. Between two cells stands a statement of our own, so that nothing moves from one to another.
    """

    text: str
    cells: tuple[Cell, ...]
    file: Module

    @classmethod
    def decode(cls, data: bytes) -> Notebook:
        """Read a notebook.

        Raises:
            DecodingError: it is none, or one that holds no Python.
        """
        file = Module.decode(data)
        try:
            content = json.loads(file.text)
        except (ValueError, RecursionError) as error:
            raise DecodingError(f"not a notebook: {error}") from None
        if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
            raise DecodingError("not a notebook of format 4: open it in Jupyter and save it")
        language = _language(content.get("metadata"))
        if language not in ("", "python"):
            raise DecodingError(f"a notebook for {language}: only Python is migrated")
        where = {index: (start, end) for index, start, end in json_cells.spans(file.text)}
        cells = []
        for index, cell in enumerate(content["cells"]):
            if isinstance(cell, dict) and cell.get("cell_type") == "code" and index in where:
                source = cell.get("source")
                joined = "".join(map(str, source)) if isinstance(source, list) else str(source)
                cells.append(_cell(index + 1, *where[index], joined))
        return cls(join([cell.masked for cell in cells]), tuple(cells), file)

    def encode(self, text: str | None = None) -> bytes:
        """Return the bytes of the notebook with `text` as its program.

        Raises:
            DecodingError: a cell would be lost, or a character that the encoding lacks would be written.
        """
        text = self.text if text is None else text
        raw, pieces, done = self.file.text, [], 0
        for cell, masked in zip(self.cells, split(text, [cell.masked for cell in self.cells]), strict=True):
            if cell.problem:
                continue
            try:
                source = magics.show(masked, cell.hidden)
            except magics.MagicsLostError as error:
                raise DecodingError(str(error)) from None
            if source == cell.source:
                continue
            old = raw[cell.start : cell.end]
            pieces += [raw[done : cell.start], json_cells.rewritten(old, source, raw.isascii())]
            done = cell.end
        return self.file.encode("".join([*pieces, raw[done:]]))

    def settled(self, text: str) -> str:
        """Return `text` as it is read back once it was written: cells do not begin or end with more blank lines.

        Raises:
            DecodingError: it cannot be written.
        """
        return text if text == self.text else Notebook.decode(self.encode(text)).text

    def reads_back(self, data: bytes, text: str) -> bool:
        """Return whether `data`, which `encode` made of `text`, is read as just that."""
        try:
            again = Notebook.decode(data)
        except DecodingError:
            return False
        return again.text == text and self.file.reads_back(data, again.file.text)

    def magic_lines(self) -> Iterator[tuple[Cell, int, str]]:
        """Yield the lines for IPython: the cell, the line of the cell where it begins (from 1), and what it says."""
        for cell in self.cells:
            above = 0
            for number, line in enumerate(cell.masked.split("\n"), 1):
                for hidden in re.findall(magics.HIDDEN, line):
                    yield cell, number + above, cell.hidden[int(hidden)]
                    above += cell.hidden[int(hidden)].count("\n")

    def with_magic_lines(self, lines: Sequence[str]) -> Notebook:
        """Return the notebook with `lines` in place of those that `magic_lines` yields, in that order."""
        left = iter(lines)
        return replace(
            self, cells=tuple(replace(cell, hidden=tuple(islice(left, len(cell.hidden)))) for cell in self.cells)
        )

    def newlines(self) -> frozenset[str]:
        """Return the line ends that occur in the program."""
        return newlines(self.text)

    def place(self, span: Span) -> tuple[int, Span, Span]:
        """Return where a part of the program is: number of the cell, span in the cell, span in the file."""
        cell, first = self._cell_at(span.line)
        last = min(first + span.end_line - span.line, cell.source.count("\n") + 1)
        inside = Span(first, span.column, last, span.end_column)
        return cell.number, inside, self.in_file(cell, inside)

    def in_file(self, cell: Cell, span: Span) -> Span:
        """Return where a part of a cell stands in the file, whole lines of it."""
        above = self.file.text.count("\n", 0, cell.start) + 1
        lines = json_cells.lines(self.file.text[cell.start : cell.end]) or [0]
        first, last = (above + lines[min(line, len(lines)) - 1] for line in (span.line, span.end_line))
        return Span(first, 1, last, len(self.file.text.split("\n")[last - 1]) + 1)

    def _cell_at(self, line: int) -> tuple[Cell, int]:
        """Return the cell that a line of the program (from 1) belongs to, and which of its lines (from 1) that is."""
        number, inside = at(line, [cell.masked for cell in self.cells])
        cell = self.cells[number]
        above = "\n".join(cell.masked.split("\n")[: inside - 1])
        # a hidden line may stand for several
        more = sum(cell.hidden[int(hidden)].count("\n") for hidden in re.findall(magics.HIDDEN, above))
        return cell, inside + more


def changed_cells(before: bytes, after: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (number, old source, new source) of each cell in which two states of a notebook differ."""
    for old, new in zip(Notebook.decode(before).cells, Notebook.decode(after).cells, strict=True):
        if old.source != new.source:
            yield old.number, old.source.encode("utf-8", "replace"), new.source.encode("utf-8", "replace")


def _language(metadata: object) -> str:
    if not isinstance(metadata, dict):
        return ""
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        info = metadata.get(key)
        if isinstance(info, dict) and isinstance(info.get(name), str):
            return str(info[name]).lower().removesuffix("3")
    return ""


def _cell(number: int, start: int, end: int, source: str) -> Cell:
    hidden: list[str] = []
    try:
        masked = magics.hide(source, hidden)
    except magics.NotPythonError as error:
        return Cell(number, start, end, source, "", problem=str(error))
    return Cell(number, start, end, source, masked, tuple(hidden))


def without_code(text: str) -> str:
    """Return the JSON of a notebook with spaces in place of its code; all of it where it is no notebook."""
    try:
        cells = json.loads(text).get("cells", ())
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, AttributeError, KeyError, TypeError):
        return " " * len(text)  # whoever migrates it says why
    lines = {line for source in sources for line in (source if isinstance(source, list) else [source])}
    spelled = {form for line in lines for form in (json.dumps(line), json.dumps(line, ensure_ascii=False))}
    for form in sorted(spelled, key=len, reverse=True):  # an empty line's may end another one
        text = text.replace(form, " " * len(form))
    return text

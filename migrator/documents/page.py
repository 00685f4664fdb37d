"""A page of documentation, in Markdown, reStructuredText or AsciiDoc: its blocks of Python are read as one program."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.model import Span
from migrator.documents.module import DecodingError, Module, newlines
from migrator.documents.pieces import at, join, split

_PYTHON = r"(?:python3?|py)(?![\w-])"
_FENCE = re.compile(
    rf"(?P<indent>[ \t>]*)(?P<fence>`{{3,}}|~{{3,}})[ \t]*(?:\{{(?:code|code-block)\}}[ \t]*|\{{[ \t]*\.)?{_PYTHON}",
    re.IGNORECASE,
)
"""The second form is MyST's, the third Pandoc's."""
_DIRECTIVE = re.compile(
    rf"(?P<indent>[ \t]*)\.\.[ ](?:code-block|code|sourcecode)::[ ]+{_PYTHON}[ \t]*$", re.IGNORECASE
)
_OPTION = re.compile(r"[ \t]+:[\w-]+:")
_SOURCE = re.compile(rf"\[(?:source)?,[ \t]*{_PYTHON}[^\]]*\][ \t]*$", re.IGNORECASE)
_DELIMITER = re.compile(r"(?:-{4,}|\.{4,})[ \t]*$")

_EVERYWHERE = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}


def is_page(path: str) -> bool:
    """Return whether a file of this name is a page that may have blocks of Python."""
    return path.lower().endswith((".md", ".mdx", ".markdown", ".rst", ".adoc", ".asciidoc"))


@dataclass(frozen=True, slots=True)
class Block:
    """A block of Python.

    Attributes:
        first: its first line in the file, from 0.
        indent: what stands before each of its lines that is not empty.
        source: its code, with `\\n` at the end of each line.
        free: the names that it takes from elsewhere; none in a program that is whole.
    """

    first: int
    indent: str
    source: str
    free: frozenset[str]

    @property
    def last(self) -> int:
        """The line after its last one, in the file, from 0."""
        return self.first + self.source.count("\n")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a `migrator.documents.document.Document`.

    Attributes:
        file: the file as it is.
        newline: how its lines end.
    """

    file: Module
    blocks: tuple[Block, ...]
    newline: str

    @classmethod
    def decode(cls, data: bytes) -> Page:
        """Read a page; what stands in its blocks and is no Python is no part of the program.

        Raises:
            DecodingError: its text cannot be written back.
        """
        file = Module.decode(data)
        ends = newlines(file.text)
        if len(ends) > 1:
            raise DecodingError("its lines end in different ways")
        newline = next(iter(ends), "\n")
        lines = file.text.split(newline)
        return cls(file, tuple(_blocks(lines)), newline)

    @property
    def text(self) -> str:
        """The blocks as one program."""
        return join([block.source for block in self.blocks])

    @property
    def prose(self) -> str:
        """What stands outside of the blocks."""
        lines = self.file.text.split(self.newline)
        for block in self.blocks:
            lines[block.first : block.last] = [""] * (block.last - block.first)
        return "\n".join(lines)

    def encode(self, text: str | None = None) -> bytes:
        """Return the bytes of the file with the blocks of the program `text`.

        Raises:
            DecodingError: a block would need what another one has, though it was whole.
        """
        if text is None:
            return self.file.encode()
        lines = self.file.text.split(self.newline)
        sources = split(text, [block.source for block in self.blocks])
        bound = frozenset().union(*(_names(source)[1] for source in sources))
        for block, source in reversed(list(zip(self.blocks, sources, strict=True))):
            if source == block.source:
                continue
            missing = _names(source)[0] - block.free
            if missing and not (block.free and missing <= bound):
                raise DecodingError(f"the block in line {block.first + 1} would need {min(missing)} of another one")
            lines[block.first : block.last] = _written(source, block.indent)
        return self.file.encode(self.newline.join(lines))

    def settled(self, text: str) -> str:
        """Return `text` as it is read back once it was written.

        Raises:
            DecodingError: it cannot be written.
        """
        return text if text == self.text else Page.decode(self.encode(text)).text

    def reads_back(self, data: bytes, text: str) -> bool:
        """Return whether `data`, which `encode` made of `text`, is read as just that."""
        try:
            again = Page.decode(data)
        except DecodingError:
            return False
        return again.text == text and again.prose == self.prose_of(again)

    def prose_of(self, other: Page) -> str:
        """Return the prose of this page, with as many empty lines for each block as `other` has."""
        lines = self.file.text.split(self.newline)
        for mine, theirs in reversed(list(zip(self.blocks, other.blocks, strict=False))):
            lines[mine.first : mine.last] = [""] * (theirs.last - theirs.first)
        return "\n".join(lines)

    def newlines(self) -> frozenset[str]:
        """Return the line ends that occur in the program."""
        return newlines(self.text)

    def place(self, span: Span) -> Span:
        """Return where a part of the program stands in the file."""
        if not self.blocks:
            return span
        number, line = at(span.line, [block.source for block in self.blocks])
        block = self.blocks[number]
        first = block.first + line
        last = min(first + span.end_line - span.line, block.last)
        more = len(block.indent)
        return Span(first, span.column + more, last, span.end_column + more)


def _blocks(lines: list[str]) -> Iterator[Block]:
    for first, last, indent in _regions(lines):
        while last > first and not lines[last - 1].strip():
            last -= 1
        old = lines[first:last]
        source = "".join(f"{line.removeprefix(indent)}\n" for line in old)
        # What cannot be told from code by its indentation alone would not be written back as it was.
        if old and _written(source, indent) == old and (names := _compiled(source)) is not None:
            yield Block(first, indent, source, names[0])


def _regions(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the first line, the line behind the last, and the indentation of each block of Python."""
    number = 0
    while number < len(lines):
        line, number = lines[number], number + 1
        if found := _FENCE.match(line):
            fence = found["fence"]
            close = re.compile(rf"{re.escape(found['indent'])}[ ]{{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
            end = next((place for place in range(number, len(lines)) if close.match(lines[place])), None)
            if end is not None:
                yield number, end, found["indent"]
                number = end + 1
        elif found := _DIRECTIVE.match(line):
            while number < len(lines) and (_OPTION.match(lines[number]) or not lines[number].strip()):
                number += 1
            indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())] if number < len(lines) else ""
            if len(indent) > len(found["indent"]):
                first = number
                while number < len(lines) and (lines[number].startswith(indent) or not lines[number].strip()):
                    number += 1
                yield first, number, indent
        elif _SOURCE.match(line) and number < len(lines) and _DELIMITER.match(lines[number]):
            delimiter, first = lines[number].rstrip(), number + 1
            end = next((place for place in range(first, len(lines)) if lines[place].rstrip() == delimiter), None)
            if end is not None:
                yield first, end, ""
                number = end + 1


def _written(source: str, indent: str) -> list[str]:
    return [indent + line if line else line for line in source.removesuffix("\n").split("\n")]


def _compiled(source: str) -> tuple[frozenset[str], frozenset[str]] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<block>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST, dont_inherit=True)
            return _names(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _names(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a block takes from elsewhere, and those that it binds, wherever in it."""
    used, bound = set(), set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.Name(id=name) | ast.arg(arg=name):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=other):
                bound.add(other or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                bound.add(name)
            case ast.MatchMapping(rest=str(name)):
                bound.add(name)
    return frozenset(used - bound) - _EVERYWHERE, frozenset(bound)

"""The report for people at a terminal: a diff in the colours of the language, fitted to the width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text

from migrator import unified
from migrator.documents.module import DecodingError, Module
from migrator.outcome import Outcome
from migrator.reporting.report import Mode, Report

_THEME = "ansi_dark"  # the terminal's own sixteen colours, so that it fits light and dark backgrounds
_ADDED, _REMOVED = Style(color="green"), Style(color="red")
_TAB = 4
_LANGUAGES = {
    "toml": "toml",
    "cfg": "ini",
    "txt": "text",
    "in": "text",
    "yml": "yaml",
    "yaml": "yaml",
    "Pipfile": "toml",
}
_CONTINUES = "\u21aa"  # a line that goes on in the next row of the terminal
_COLOURED_UP_TO = 1_000_000
"""Characters. Colouring looks at the whole file; above this it would be felt."""


def show(report: Report, console: Console) -> None:
    """Print the report."""
    for outcome in report.outcomes:
        show_file(report, outcome, console)
    _summary(report, console)


def show_file(report: Report, outcome: Outcome, console: Console) -> None:
    """Print the diff of one file and its findings under it."""
    if report.mode is Mode.PREVIEW and outcome.changed:
        console.print(Text(outcome.path, style="bold"), soft_wrap=True)
        for row in _diff(outcome, console.width):
            console.print(row, no_wrap=True, overflow="crop")
    if outcome.error is not None:
        error = Text.assemble((outcome.path, "bold"), ": ", ("error", "bold red"), f": {_visible(outcome.error)}")
        console.print(error, soft_wrap=True)
    for finding in report.listed(outcome):
        style = "green" if finding.fixed else "yellow"
        line = Text.assemble(
            (_visible(outcome.path), "bold"),
            (f":{finding.span.line}:{finding.span.column} ", "dim"),
            (finding.code, f"bold {style}"),
            f" {_visible(' '.join(finding.message.split()))} ",
            (f"[{report.note(finding)}]", style),
        )
        console.print(line, soft_wrap=True)
    if report.mode is Mode.PREVIEW or report.listed(outcome):
        console.print()


def _summary(report: Report, console: Console) -> None:
    style = "bold green" if not report.errors and not report.left else "bold"
    console.print(Text(report.headline(), style=style), soft_wrap=True)
    rows = list(report.rule_lines())
    width = max((len(counts) for _, counts, _ in rows), default=0)
    for code, counts, text in rows:
        console.print(Text.assemble("  ", (code, "bold"), f"  {counts:<{width}}  ", (text, "dim")), soft_wrap=True)
    for why, command in report.next_steps():
        console.print(Text.assemble(f"{why}: ", (command, "bold cyan")), soft_wrap=True)


def _diff(outcome: Outcome, width: int) -> Iterator[Text]:
    language = _LANGUAGES.get(outcome.path.rpartition("/")[2].rpartition(".")[2], "python")
    old, new = _coloured(outcome.before, language), _coloured(outcome.after, language)
    digits = len(str(max(len(old), len(new))))
    room = max(width - 2 * digits - 5, 20)
    first = True
    for hunk in unified.hunks(outcome.before, outcome.after):
        if not first:
            yield Text(f"{'':>{2 * digits + 1}} \u00b7\u00b7\u00b7", style="dim")
        first = False
        old_line, new_line = hunk.old_start, hunk.new_start
        for sign, _ in hunk.lines:
            before = f"{old_line}" if sign != b"+" else ""
            after = f"{new_line}" if sign != b"-" else ""
            text = new[new_line - 1] if sign == b"+" else old[old_line - 1]
            yield from _rows(f"{before:>{digits}} {after:>{digits}}", sign.decode(), text, room)
            old_line += sign != b"+"
            new_line += sign != b"-"


def _rows(numbers: str, sign: str, line: Text, room: int) -> Iterator[Text]:
    mark = {"+": _ADDED, "-": _REMOVED}.get(sign, Style(dim=True))
    pieces = _fitted(line, room)
    for index, piece in enumerate(pieces):
        gutter = numbers if index == 0 else f"{_CONTINUES:>{len(numbers)}}"
        yield Text.assemble((f"{gutter} ", "dim"), (f"{sign} ", mark + Style(bold=True)), piece)


def _fitted(line: Text, room: int) -> list[Text]:
    """Return the line cut into rows that fit; nothing is left out, since a preview must show what will be written."""
    if cell_len(line.plain) <= room:
        return [line]
    cuts, used = [], 0
    for index, character in enumerate(line.plain):
        size = cell_len(character)
        if used + size > room:
            cuts.append(index)
            used = 0
        used += size
    return list(line.divide(cuts))


def _coloured(data: bytes, language: str) -> list[Text]:
    try:
        text = Module.decode(data).text
    except DecodingError:
        text = data.decode("latin-1")
    # Line ends as the diff has them, and every character one that a terminal shows and does not obey.
    plain = "\n".join(_visible(line) for line in text.replace("\r\n", "\n").split("\n"))
    if len(plain) > _COLOURED_UP_TO:
        return [Text(line) for line in plain.split("\n")]
    # The lexer must not drop lines at either end, or the numbers would be wrong.
    syntax = Syntax("", language, theme=_THEME)
    lines = list(syntax.highlight(f"#\n{plain}\n#").split("\n"))[1:-1]
    if [line.plain for line in lines] != plain.split("\n"):
        return [Text(line) for line in plain.split("\n")]
    return lines


def _visible(text: str) -> str:
    text = text.expandtabs(_TAB)
    return "".join(c if c.isprintable() else _picture(c) for c in text)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    return "\u00a0" if unicodedata.category(character) == "Zs" else "\ufffd"

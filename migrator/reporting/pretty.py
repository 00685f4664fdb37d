"""The report for people at a terminal: a diff in the colours of the language, fitted to the width."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text

from codemods.model import Finding
from migrator.analysis.outcome import Outcome
from migrator.documents.document import is_notebook
from migrator.documents.module import DecodingError, Module
from migrator.documents.notebook import changed_cells
from migrator.output import diff
from migrator.reporting.report import Mode, Report, place, plural

_THEME = "ansi_dark"  # the terminal's own sixteen colours, so that it fits light and dark backgrounds
_ADDED, _REMOVED = Style(color="green"), Style(color="red")
_CHANGED = Style(bold=True, underline=True)
_ALIKE = 0.3
"""Lines that have less in common are two lines, not one that changed."""
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
    if report.outcomes and not report.shown(report.outcomes[-1]) and not report.outcomes[-1].changed:
        console.print()  # errors stand together, line by line
    _summary(report, console)


def show_file(report: Report, outcome: Outcome, console: Console) -> None:
    """Print the diff of one file and, under it, what a person should read of its findings."""
    with_diff = report.mode is Mode.PREVIEW and outcome.changed
    if with_diff:
        title = Text.assemble((_visible(outcome.path), "bold"), (f"  {report.counts(outcome)}", "dim"))
        console.print(title, soft_wrap=True)
        for row in _diff(outcome, console.width):
            console.print(row, no_wrap=True, overflow="crop")
    if outcome.error is not None:
        where = Text.assemble((_visible(outcome.path), "bold"), ": ", ("error", "bold red"))
        _told(where, _visible(outcome.error), console)
    shown = report.shown(outcome)
    source = _coloured(outcome.before, _language(outcome.path)) if report.mode is Mode.CHECK and shown else []
    for finding in shown:
        style = "green" if finding.fixed else "yellow"
        where = Text.assemble(
            (_visible(outcome.path), "bold"),
            (f":{place(finding)} ", "dim"),
            (finding.code, f"bold {style}"),
            (f" {report.note(finding)}", style),
        )
        _told(where, _visible(" ".join(finding.message.split())), console)
        line = (finding.in_file or finding.span).line
        if line <= len(source):
            for row in _rows(f"{line:>6}", "|", source[line - 1], max(console.width - 10, 20)):
                console.print(row, no_wrap=True, overflow="crop")
    if with_diff or shown:
        console.print()


def _told(place: Text, message: str, console: Console) -> None:
    """Print a place and, under it, its message, wrapped in words."""
    console.print(place, soft_wrap=True)
    console.print(Padding(Text(message), (0, 0, 0, _TAB)))


def _summary(report: Report, console: Console) -> None:
    """Print the last screen: what is left for a person, what is to be known, the sums, and what to do next."""
    if report.unresolved:
        _listed(f"{plural(len(report.unresolved), 'place')} left for you", "yellow", report.unresolved, console)
    if report.notes:
        _listed(plural(len(report.notes), "note"), "cyan", report.notes, console)
    if report.errors and report.mode is Mode.PREVIEW and report.changed:
        # Said beside each file as well; but that was a screen or ten ago.
        console.print(Text(f"{plural(len(report.errors), 'file')} not looked into", style="bold red"))
        for outcome in report.errors:
            _told(Text.assemble("  ", (_visible(outcome.path), "bold")), _visible(outcome.error or ""), console)
        console.print()
    done = not report.errors and not report.left
    console.print(Text(report.headline(), style="bold green" if done else "bold"))
    for number, (why, command) in enumerate(report.next_steps(), 1):
        step = Text.assemble((f"  {number}. ", "bold"), why)
        if command:
            # Never broken: it is there to be copied.
            apart = step.cell_len + 2 + cell_len(command) > console.width
            step.append(":\n     " if apart else ": ").append(command, "bold cyan")
        console.print(step, soft_wrap=True)


def _listed(title: str, style: str, places: Sequence[tuple[Outcome, Finding]], console: Console) -> None:
    console.print(Text(title, style=f"bold {style}"))
    for outcome, finding in places:
        where = Text.assemble("  ", (f"{_visible(outcome.path)}:{place(finding)}", "bold"), (f" {finding.code}", style))
        _told(where, _visible(" ".join(finding.message.split())), console)
    console.print()


def _diff(outcome: Outcome, width: int) -> Iterator[Text]:
    if is_notebook(outcome.path):
        for number, before, after in changed_cells(outcome.before, outcome.after):
            yield Text(f"cell {number}", style="bold dim")
            yield from _hunks(before, after, "python", width)
    else:
        yield from _hunks(outcome.before, outcome.after, _language(outcome.path), width)


def _language(path: str) -> str:
    """Return the name by which Pygments knows what a file is written in."""
    return _LANGUAGES.get(path.rpartition("/")[2].rpartition(".")[2], "python")


def _hunks(before: bytes, after: bytes, language: str, width: int) -> Iterator[Text]:
    old, new = _coloured(before, language), _coloured(after, language)
    digits = len(str(max(len(old), len(new))))
    room = max(width - 2 * digits - 5, 20)
    first = True
    for hunk in diff.hunks(before, after):
        if not first:
            yield Text(f"{'':>{2 * digits + 1}} \u00b7\u00b7\u00b7", style="dim")
        first = False
        old_line, new_line = hunk.old_start, hunk.new_start
        rows: list[tuple[str, str, Text]] = []
        for sign, _ in hunk.lines:
            left = f"{old_line}" if sign != b"+" else ""
            right = f"{new_line}" if sign != b"-" else ""
            text = new[new_line - 1] if sign == b"+" else old[old_line - 1]
            rows.append((f"{left:>{digits}} {right:>{digits}}", sign.decode(), text))
            old_line += sign != b"+"
            new_line += sign != b"-"
        _emphasise([(sign, text) for _, sign, text in rows])
        for numbers, mark, text in rows:
            yield from _rows(numbers, mark, text, room)


def _emphasise(rows: Sequence[tuple[str, Text]]) -> None:
    """Give changed lines the colour of their sign, and mark the words in which one differs from what it replaces."""
    removed: list[Text] = []
    added: list[Text] = []
    for sign, text in (*rows, (" ", Text())):
        if sign == " " or (sign == "-" and added):
            for old, new in zip(removed, added, strict=False):
                _mark_words(old, new)
            removed, added = [], []
        if sign != " ":
            (removed if sign == "-" else added).append(text)
            text.stylize(_REMOVED if sign == "-" else _ADDED)


def _mark_words(old: Text, new: Text) -> None:
    before, after = (re.findall(r"\w+|\s+|.", line.plain) for line in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag != "equal":
            for line, parts, start, end in ((old, before, old_from, old_to), (new, after, new_from, new_to)):
                at = sum(map(len, parts[:start]))
                line.stylize(_CHANGED, at, at + sum(map(len, parts[start:end])))


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

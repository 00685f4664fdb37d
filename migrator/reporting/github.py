"""Workflow commands of GitHub Actions, which show as annotations on the changed lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from codemods.model import Finding, Span
from migrator.reporting.concise import encode
from migrator.reporting.report import Report, Severity, plural, severity

_SHOWN = 10
"""How many annotations of a kind GitHub shows for a step, as its users report; the rest it drops without a word."""

_AT = re.compile(r"(?:left alone: )?line (?P<line>\d+)(?:, column (?P<column>\d+))?: ")
"""Where an error is, as a worker says it of a module."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


@dataclass(frozen=True, slots=True)
class _Annotation:
    path: str
    title: str
    text: str
    span: Span | None = None


def render(report: Report) -> bytes:
    """Return an annotation for each finding and each error; for each file, where they would be too many to be shown."""
    found: dict[Severity, list[_Annotation]] = {level: [] for level in Severity}
    for outcome in report.outcomes:
        if outcome.error is not None:
            at = _AT.match(outcome.error)
            line, column = (int(at["line"]), int(at["column"] or 1)) if at else (0, 0)
            span = Span(line, column, line, column) if at else None
            found[Severity.ERROR].append(_Annotation(outcome.path, "v3-migrate", outcome.error, span))
        for finding in report.listed(outcome):
            found[severity(finding.code)].append(_annotation(outcome.path, finding))
    lines = (f"{_line(_COMMANDS[level], item)}\n" for level, items in found.items() for item in _fitted(items))
    return encode("".join(lines))


def _annotation(path: str, finding: Finding) -> _Annotation:
    return _Annotation(path, finding.code, f"{finding.code} {finding.message}", finding.in_file or finding.span)


def _fitted(items: list[_Annotation]) -> Iterator[_Annotation]:
    if len(items) <= _SHOWN:
        yield from items
        return
    files: dict[str, list[_Annotation]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    paths = list(files)
    shown = paths if len(paths) <= _SHOWN else paths[: _SHOWN - 1]
    for path in shown:
        first, *more = files[path]
        others = "".join(f"\n{_place(item)}{item.text}" for item in more)
        yield replace(first, text=first.text + others)
    if rest := paths[len(shown) :]:
        count = sum(len(files[path]) for path in rest)
        text = "\n".join([f"{plural(count, 'more place')} in {plural(len(rest), 'file')}:", *rest])
        yield _Annotation(rest[0], "v3-migrate", text)


def _place(item: _Annotation) -> str:
    return f"line {item.span.line}: " if item.span is not None else ""


def _line(command: str, item: _Annotation) -> str:
    place = f"file={_property(item.path)}"
    if item.span is not None:
        span = item.span
        place += f",line={span.line},col={span.column},endLine={span.end_line},endColumn={span.end_column}"
    return f"::{command} {place},title={_property(item.title)}::{_data(item.text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

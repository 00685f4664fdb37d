"""JUnit XML, as CI servers read it: of a migration, a test case for each file that has anything to tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from migrator.reporting.report import Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """A test case; it passed if nothing is said of it.

    Attributes:
        error: why it could not be run.
        failure: what was wrong, in a few words, and more about it.
        skipped: why it does not apply.
    """

    group: str
    name: str
    error: str | None = None
    failure: tuple[str, str] | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """Test cases that belong together."""

    name: str
    cases: Sequence[Case]


def document(suites: Iterable[Suite], name: str) -> bytes:
    """Return a whole document; characters that XML cannot hold become question marks."""
    root = ElementTree.Element("testsuites", name=name)
    for suite in suites:
        element = ElementTree.SubElement(
            root,
            "testsuite",
            name=_clean(suite.name),
            tests=str(len(suite.cases)),
            failures=str(sum(case.failure is not None for case in suite.cases)),
            errors=str(sum(case.error is not None for case in suite.cases)),
            skipped=str(sum(case.skipped is not None for case in suite.cases)),
        )
        for case in suite.cases:
            _add(element, case)
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode() + b"\n"


def _add(suite: ElementTree.Element, case: Case) -> None:
    element = ElementTree.SubElement(suite, "testcase", classname=_clean(case.group), name=_clean(case.name))
    if case.error is not None:
        ElementTree.SubElement(element, "error", message=_clean(case.error))
    if case.failure is not None:
        message, text = case.failure
        ElementTree.SubElement(element, "failure", message=_clean(message)).text = _clean(text)
    if case.skipped is not None:
        ElementTree.SubElement(element, "skipped", message=_clean(case.skipped))


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)


def render(report: Report) -> bytes:
    """Return the report of a migration as one test suite."""
    cases = []
    for outcome in report.outcomes:
        listed = report.listed(outcome)
        codes = ", ".join(sorted({finding.code for finding in listed}))
        lines = "\n".join(report.line(outcome, finding) for finding in listed)
        failure = (codes, lines) if listed else None
        cases.append(Case("v3-migrate", outcome.path, outcome.error, failure))
    cases = cases or [Case("v3-migrate", report.headline())]
    return document([Suite("v3-migrate", cases)], "v3-migrate")

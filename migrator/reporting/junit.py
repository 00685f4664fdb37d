"""JUnit XML: a test case for each file that has anything to tell."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from migrator.reporting.report import Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> bytes:
    """Return the report as one test suite."""
    failed = sum(bool(report.listed(outcome)) for outcome in report.outcomes)
    suite = ElementTree.Element(
        "testsuite",
        name="v3-migrate",
        tests=str(max(len(report.outcomes), 1)),
        failures=str(failed),
        errors=str(len(report.errors)),
    )
    if not report.outcomes:
        ElementTree.SubElement(suite, "testcase", classname="v3-migrate", name=_clean(report.headline()))
    for outcome in report.outcomes:
        case = ElementTree.SubElement(suite, "testcase", classname="v3-migrate", name=_clean(outcome.path))
        if outcome.error is not None:
            ElementTree.SubElement(case, "error", message=_clean(outcome.error))
        listed = report.listed(outcome)
        if listed:
            codes = ", ".join(sorted({finding.code for finding in listed}))
            failure = ElementTree.SubElement(case, "failure", message=codes)
            failure.text = _clean("\n".join(report.line(outcome, finding) for finding in listed))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    text: str = ElementTree.tostring(suites, encoding="unicode")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode() + b"\n"


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)

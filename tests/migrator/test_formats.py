"""Every form of the report, read by the programs it is meant for or against their own model of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import Error, Failure, JUnitXml
from sarif_pydantic import Sarif

from codemods.model import SITE
from migrator.reporting import json_report
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, LEFT, V2, put

SCHEMA = Path(json_report.__file__).with_name("report.schema.json")
FORMATS = ("terminal", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")


@pytest.fixture
def project(tool: Tool) -> Tool:
    """A file of each kind: migrated, partial, unchanged, error; one name is hard on every format."""
    put(
        tool.folder,
        {
            "bot.py": V2,
            "odd, %|`na:me<[é].py": LEFT,
            "clean.py": CLEAN,
            "broken.py": V2 + "(\n",
        },
    )
    return tool


ODD = "odd, %|`na:me<[é].py"


def test_json(project: Tool) -> None:
    ran = project(".", "--check", "--format", "json")
    report = ran.json
    assert list(report) == ["version", "files", "summary"]
    jsonschema.validate(report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert {file["path"]: file["status"] for file in report["files"]} == {
        "bot.py": "writable",
        ODD: "writable",
        "broken.py": "error",
    }
    for file in report["files"]:
        assert list(file) == ["path", "status", "error", "findings"]
        assert (file["error"] is None) == (file["path"] != "broken.py")
    first = report["files"][0]["findings"][0]
    assert first == {
        "code": "V3M101",
        "path": "bot.py",
        "line": 5,
        "column": 7,
        "end_line": 5,
        "end_column": 66,
        "message": first["message"],
        "severity": "error",
        "applicability": "safe",
        "fixable": True,
        "applied": False,
    }
    assert report["summary"] == {
        "mode": "check",
        "files_checked": 4,
        "files_changed": 2,
        "rewrites": 6,
        "left": 1,
        "errors": 1,
        "rules": {
            "V3M101": {"rewrites": 2, "left": 0},
            "V3M301": {"rewrites": 2, "left": 0},
            "V3M303": {"rewrites": 2, "left": 0},
            "V3M304": {"rewrites": 0, "left": 1},
        },
        "notes": 0,
        "exit_code": 2,
    }
    assert ran.code == 2


def test_sarif(project: Tool) -> None:
    document = project(".", "--check", "--format", "sarif").json
    log = Sarif.model_validate(document)
    # The model lets keys pass that it does not know, but does not give them back.
    assert json.loads(log.model_dump_json(by_alias=True, exclude_none=True))["runs"] == document["runs"]
    (run,) = log.runs
    assert run.results is not None
    codes = {rule.id for rule in run.tool.driver.rules or []}
    assert {result.rule_id for result in run.results} == codes == {"V3M101", "V3M301", "V3M303", "V3M304"}
    assert all(rule.short_description and len(rule.short_description.text) > 10 for rule in run.tool.driver.rules or [])
    for rule in run.tool.driver.rules or []:
        assert str(rule.help_uri) == f"{SITE}/rules/{rule.id.lower()}/"
        assert rule.help and rule.help.markdown and rule.help.markdown.startswith(f"# {rule.id}: ")
        assert rule.full_description and len(rule.full_description.text) > 40
    assert "odd%2C%20%25%7C%60na%3Ame%3C%5B%C3%A9%5D.py" in json.dumps(document)
    (invocation,) = document["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == [
        "line 15, column 1: not valid Python 3: '(' was never closed"
    ]


def applied(text: str, fix: Any) -> str:
    """What a viewer of SARIF makes of a text: regions count in the text as it was, lines and columns from 1."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def offset(line: int, column: int) -> int:
        assert line <= text.count("\n") + (not text.endswith("\n")), "behind the last line"
        return starts[line - 1] + column - 1

    for change in fix["artifactChanges"]:
        for replacement in reversed(change["replacements"]):
            region = replacement["deletedRegion"]
            start, end = (
                offset(region["startLine"], region["startColumn"]),
                offset(region["endLine"], region["endColumn"]),
            )
            text = text[:start] + replacement["insertedContent"]["text"] + text[end:]
    return text


@pytest.mark.parametrize(
    "program",
    [
        V2,
        LEFT,
        V2.replace("\n", "\r\n"),
        "URL = 'wss://api.assemblyai.com/v2/realtime/ws'",  # without a line end
        f"{V2}\n\nBACKUP = 'wss://api.assemblyai.com/v2/realtime/ws'\n",
        "x = 1  # v3-migrate: ignore[V3M101]\n# v3-migrate: ignore[V3M101]\n",  # its last line goes
    ],
)
def test_the_fix_in_sarif_is_what_writing_does(tool: Tool, program: str) -> None:
    put(tool.folder, {"bot.py": program})
    (run,) = tool("--check", "--format", "sarif").json["runs"]
    (fix,) = [fix for result in run["results"] for fix in result.get("fixes", [])]
    changed = applied(program, fix)
    tool("--write")
    assert changed == tool.read("bot.py") != program


def test_junit(project: Tool) -> None:
    out = project(".", "--check", "--format", "junit").out
    (suite,) = JUnitXml.fromstring(out)
    results = {case.name: [type(result) for result in case.result] for case in suite}
    assert results == {"bot.py": [Failure], ODD: [Failure], "broken.py": [Error]}
    counted = (suite.tests, suite.failures, suite.errors)
    suite.update_statistics()
    assert counted == (suite.tests, suite.failures, suite.errors) == (3, 2, 1)


def test_junit_of_clean_code_is_a_test_that_passed(tool: Tool) -> None:
    put(tool.folder, {"clean.py": CLEAN})
    (suite,) = JUnitXml.fromstring(tool(".", "--check", "--format", "junit").out)
    assert [(case.name, case.result) for case in suite] == [("1 file checked: no AssemblyAI v2 usage.", [])]


def test_gitlab(project: Tool) -> None:
    issues = project(".", "--check", "--format", "gitlab").json
    keys = {"type", "categories", "description", "check_name", "fingerprint", "severity", "location"}
    assert all(set(issue) == keys for issue in issues)
    assert all(issue["location"]["lines"]["begin"] <= issue["location"]["lines"]["end"] for issue in issues)
    assert [(i["location"]["path"], i["check_name"]) for i in issues if i["severity"] == "blocker"] == [
        ("broken.py", "error"),
    ]
    assert {i["severity"] for i in issues if i["check_name"] != "error"} == {"critical"}
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 8
    # A fingerprint says which issue it is, not where: lines that come before it do not matter.
    put(project.folder, {"bot.py": f"# A comment.\n{V2}"})
    moved = project(".", "--check", "--format", "gitlab").json
    assert [issue["fingerprint"] for issue in moved] == [issue["fingerprint"] for issue in issues]


def test_github(project: Tool) -> None:
    lines = project(".", "--check", "--format", "github").text.splitlines()
    assert len(lines) == 8
    assert lines[0].startswith("::error file=bot.py,line=5,col=7,endLine=5,endColumn=66,title=V3M101::V3M101 ")
    assert lines[3] == (
        "::error file=broken.py,line=15,col=1,endLine=15,endColumn=1,title=v3-migrate::"
        "line 15, column 1: not valid Python 3: '(' was never closed"
    )
    assert lines[4].startswith("::error file=odd%2C %25|`na%3Ame<[é].py,line=5,")


@pytest.mark.parametrize(("files", "commands"), [(3, 3), (10, 10), (14, 10)])
def test_github_is_never_sent_more_than_it_shows(tool: Tool, files: int, commands: int) -> None:
    put(tool.folder, {f"bot{i:02}.py": V2 * 3 for i in range(files)})
    lines = tool(".", "--check", "--format", "github").text.splitlines()
    assert len(lines) == commands
    assert "%0Aline 10: V3M" in lines[0]
    assert ("5 files:%0Abot09.py%0A" in lines[-1]) == (files == 14)


def test_markdown(project: Tool) -> None:
    text = project(".", "--check", "--format", "markdown").text
    headline = "4 files checked: 2 files to migrate, 6 rewrites, 1 place left for a person, 1 error."
    assert text.startswith(f"## v3-migrate\n\n{headline}\n")
    assert "| V3M101 | " in text
    assert "| `` odd, %\\|`na:me<[é].py:11 `` | V3M304 | v3 messages carry no time of creation" in text
    assert "- `broken.py`: line 15, column 1: not valid Python 3" in text
    assert "To fix: `v3-migrate . --write`" in text


def test_concise_is_one_line_a_finding(project: Tool) -> None:
    lines = project(".", "--check", "--format", "concise").text.splitlines()
    assert [line.split(":")[0] for line in lines] == ["bot.py"] * 3 + ["broken.py"] + ["odd, %|`na"] * 4


@pytest.mark.parametrize("name", FORMATS)
def test_each_form_says_the_same_on_stdout_and_in_a_file(project: Tool, name: str) -> None:
    shown = project(".", "--check", "--format", name)
    written = project(".", "--check", "--format", name, "--output", "report")
    assert (written.code, written.out) == (shown.code, b"") == (2, b"")
    assert (project.folder / "report").read_bytes() == shown.out


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("terminal", "concise", "github")])
def test_each_form_of_nothing_is_still_that_form(tool: Tool, name: str) -> None:
    put(tool.folder, {"clean.py": CLEAN})
    ran = tool(".", "--check", "--format", name)
    assert ran.code == 0
    if name == "junit":
        JUnitXml.fromstring(ran.out)
    elif name == "markdown":
        assert ran.text == "## v3-migrate\n\n1 file checked: no AssemblyAI v2 usage.\n"
    else:
        assert json.loads(ran.out) == [] or json.loads(ran.out)["version"]


def test_after_writing_reports_say_what_was_done_and_what_is_left(project: Tool) -> None:
    ran = project(".", "--write", "--format", "json")
    assert ran.json["summary"]["mode"] == "write"
    jsonschema.validate(ran.json, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert {file["path"]: file["status"] for file in ran.json["files"]} == {
        "bot.py": "written",
        ODD: "written",
        "broken.py": "error",
    }
    assert {(f["fixable"], f["applied"]) for file in ran.json["files"] for f in file["findings"]} == {
        (True, True),
        (False, False),
    }
    assert project(".", "--check", "--format", "json").findings() == [(ODD, "V3M304", False)]

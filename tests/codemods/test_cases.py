"""Whole programs before and after, one file each: input, then `# output`, then what it becomes (nothing: it stays)."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options
from tests.codemods.tools import NoWorkspace

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))


def plan(source: str) -> ModulePlan:
    found = analyse({"app.py": source}, NoWorkspace(), Options())["app.py"]
    assert isinstance(found, ModulePlan)
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    before, _, after = path.read_text(encoding="utf-8").partition("# output\n")
    after = after or before
    first = plan(before)
    assert first.render() == after
    second = plan(after)
    assert second.render() == after
    left = [(finding.code, finding.message) for finding in first.findings if not finding.fixed]
    assert [(finding.code, finding.message) for finding in second.findings] == left

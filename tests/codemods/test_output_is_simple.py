"""What is written holds nothing pointless: no constant test, nothing said twice, no statement without effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.analysis import ModulePlan, analyse, documentation
from codemods.model import Options
from tests.codemods.pointless import pointless
from tests.codemods.tools import NoWorkspace

ROOT = Path(__file__).parent.parent.parent
CASES = sorted((ROOT / "tests" / "codemods" / "cases").rglob("*.py"))
LEGACY = sorted(path for path in (ROOT / "fixtures" / "legacy").rglob("*.py") if "v3" not in path.parts)

PROGRAMS = [
    *(pytest.param(path.read_text(encoding="utf-8").partition("# output\n")[0], id=path.stem) for path in CASES),
    *(pytest.param(path.read_text(encoding="utf-8"), id=f"{path.parent.name}-{path.stem}") for path in LEGACY),
    *(
        pytest.param(example.before, id=f"{doc.code}-{number}")
        for doc in documentation()
        for number, example in enumerate(doc.examples)
    ),
]


@pytest.mark.parametrize("source", PROGRAMS)
def test_nothing_pointless_is_written(source: str) -> None:
    plan = analyse({"app.py": source}, NoWorkspace(), Options(unsafe=True))["app.py"]
    assert isinstance(plan, ModulePlan)
    assert pointless(plan.render()) <= pointless(source)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("if not True:\n    pass\n", "not of a constant"),
        ("a = x.get('type') or x.get('type')\n", "an operand twice"),
        ("if kind in ('Turn',):\n    pass\n", "in a collection of one"),
        ("None\n", "a statement without effect"),
        (
            "if a:\n    b()\nelif c:\n    d()\nelif a:\n    e()\n",
            "a branch for what an earlier one has taken",
        ),
        ("def f():\n    return 1\n    g()\n", "a statement that is never reached"),
        ("f'{url}'\n", "an f-string around one value"),
    ],
)
def test_what_counts_as_pointless(source: str, what: str) -> None:
    assert pointless(source)[what] == 1

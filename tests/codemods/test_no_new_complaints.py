"""Pyflakes has nothing to say of a migrated program that it did not say of the original."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest
from pyflakes.checker import Checker
from pyflakes.messages import Message

from codemods.analysis import documentation

ROOT = Path(__file__).parents[2]


def complaints(text: str) -> Counter[str]:
    """Return what pyflakes says of a program, without the lines."""
    found: list[Message] = Checker(ast.parse(text)).messages
    return Counter(f"{message.message % message.message_args}" for message in found)


def pairs() -> list[tuple[str, str, str]]:
    """Return every program of this project before and after migration, with its name."""
    found = []
    for after in sorted(ROOT.glob("fixtures/legacy/*/v3/**/*.py")):
        before = ROOT / "fixtures/legacy" / after.relative_to(ROOT / "fixtures/legacy").parts[0] / "v2"
        original = before / after.relative_to(before.parent / "v3")
        if original.exists():
            found.append((str(after.relative_to(ROOT)), original.read_text("utf-8"), after.read_text("utf-8")))
    for path in sorted(ROOT.glob("tests/codemods/cases/**/*.py")):
        old, _, new = path.read_text("utf-8").partition("# output\n")
        if new:
            found.append((f"case {path.stem}", old, new))
    for doc in documentation():
        found += [(f"{doc.code} {i}", example.before, example.after) for i, example in enumerate(doc.examples)]
    return found


PAIRS = pairs()


@pytest.mark.parametrize(("before", "after"), [pytest.param(old, new, id=name) for name, old, new in PAIRS])
def test_no_complaint_that_the_original_did_not_have(before: str, after: str) -> None:
    assert complaints(after) - complaints(before) == Counter()


def test_every_kind_of_program_is_looked_at() -> None:
    names = [name for name, _, _ in PAIRS]
    assert sum(name.startswith("fixtures") for name in names) >= 33
    assert sum(name.startswith("case") for name in names) >= 30
    assert sum(name.startswith("V3M") for name in names) >= 40

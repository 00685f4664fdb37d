"""Every rule's own examples: what `explain` prints is what happens."""

from __future__ import annotations

import re
from datetime import date

import pytest

from codemods.analysis import ModulePlan, analyse, documentation
from codemods.model import Options
from codemods.rule import Example, RuleDoc
from migrator.reporting import rule_page
from tests.codemods.tools import NoWorkspace


def migrate(source: str, **options: object) -> str:
    """Return `source` after all rules."""
    plan = analyse({"app.py": source}, NoWorkspace(), Options(**options))["app.py"]  # type: ignore[arg-type]
    assert isinstance(plan, ModulePlan), plan
    return plan.render()


DOCS = documentation()
EXAMPLES = [pytest.param(doc, example, id=f"{doc.code}-{i}") for doc in DOCS for i, example in enumerate(doc.examples)]
INSTEAD = [pytest.param(doc, code, id=f"{doc.code}-{i}") for doc in DOCS for i, code in enumerate(doc.instead)]
UNTOUCHED = [pytest.param(doc, code, id=f"{doc.code}-{i}") for doc in DOCS for i, code in enumerate(doc.untouched)]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example_becomes_what_it_says(rule: RuleDoc, example: Example) -> None:
    # how a session ends is a family of its own; the examples of others leave it out
    ignore = () if rule.code.startswith("V3M5") else ("V3M5",)
    assert (
        migrate(example.before, unsafe=rule.safety == "unsafe", harden=rule.hardening, ignore=ignore) == example.after
    )


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_second_run_changes_nothing(rule: RuleDoc, example: Example) -> None:
    assert migrate(example.after) == example.after


@pytest.mark.parametrize(("rule", "code"), UNTOUCHED)
def test_counterexample_stays(rule: RuleDoc, code: str) -> None:
    plan = analyse({"app.py": code}, NoWorkspace(), Options(harden=rule.hardening))["app.py"]
    assert isinstance(plan, ModulePlan)
    assert [f for f in plan.findings if f.code == rule.code and f.fixed] == []
    assert plan.render() == code


@pytest.mark.parametrize(("rule", "code"), INSTEAD)
def test_what_is_advised_is_not_reported(rule: RuleDoc, code: str) -> None:
    plan = analyse({"app.py": code}, NoWorkspace(), Options())["app.py"]
    assert isinstance(plan, ModulePlan)
    assert plan.findings == ()


def test_a_rule_that_only_reports_shows_what_to_write_instead() -> None:
    for rule in DOCS:
        assert rule.instead or rule.safety != "manual", rule.code


def test_every_rule_has_an_example_and_a_counterexample_or_only_reports() -> None:
    assert DOCS
    for rule in DOCS:
        assert rule.summary and rule.why, rule.code
        assert rule.examples, rule.code
        assert rule.untouched, rule.code


def test_every_rule_says_where_its_facts_are_from() -> None:
    for rule in DOCS:
        assert re.fullmatch(r"https://[\w./#-]+", rule.source.url), rule.code
        assert "2026-01-01" < rule.source.read <= date.today().isoformat(), rule.code
        assert f"<{rule.source.url}> (read {rule.source.read})" in rule_page.page(rule), rule.code


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in DOCS]
    assert len(codes) == len(set(codes))

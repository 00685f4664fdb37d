"""`v3-migrate explain`: what the rules do, in the words and examples that are their tests."""

from __future__ import annotations

import argparse
import difflib
import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.reporting import rule_page
from migrator.reporting.formats import console

if TYPE_CHECKING:
    from codemods.rule import RuleDoc
    from migrator.reporting.rule_page import OwnRule


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.description = "Say what a rule does and why, with its examples. Without a code: list every rule."
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help="a rule, such as V3M101, or the beginning of some, such as V3M5"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the rule, or the list; return 2 for a code that does not exist."""
    from codemods.analysis import documentation

    rules: list[RuleDoc | OwnRule] = [*documentation(), *rule_page.OWN]
    code = (arguments.code or "").upper()
    exact = [rule for rule in rules if rule.code == code]
    chosen = exact or [rule for rule in rules if rule.code.startswith(code)]
    if not chosen:
        digits = code.translate(str.maketrans("OIL", "011"))  # what the eye takes for them
        codes = [rule.code for rule in rules]
        near = [digits] if digits in codes else difflib.get_close_matches(digits, codes, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`v3-migrate explain` lists them all"
        print(f"v3-migrate: error: no rule {arguments.code}; {hint}", file=sys.stderr)
        return 2
    if exact:
        _show(rule_page.page(exact[0]))
    else:
        print("\n".join(catalogue(chosen)))
    return 0


def summaries() -> dict[str, str]:
    """Return the one-line summary of every code that a report may contain."""
    from codemods.analysis import registry

    return {rule.code: rule.summary for rule in rule_page.OWN} | {rule.code: rule.summary for rule in registry()}


def catalogue(rules: Sequence[RuleDoc | OwnRule]) -> list[str]:
    """Return the rules, each with its safety and summary, under the titles of their families; 80 columns wide."""
    lines: list[str] = []
    for title, family in rule_page.index(rules):
        lines += ["", title] if lines else [title]
        for rule in family:
            head = f"  {rule.code}  {rule_page.safety(rule):<6}  "
            text = textwrap.wrap(rule.summary, 79 - len(head), break_long_words=False, break_on_hyphens=False)
            lines += [head + text[0], *(" " * len(head) + more for more in text[1:])]
    return lines


def _show(page: str) -> None:
    """Print a page: laid out in colours on a terminal, as the Markdown that it is in a pipe."""
    screen = console("auto")
    if screen is None:
        print(page, end="")
        return
    from rich.markdown import Markdown

    screen.print(Markdown(page, code_theme="ansi_dark"))

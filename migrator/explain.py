"""`v3-migrate explain`: what the rules do, in the words and examples that are their tests."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.rule import RuleDoc

# Findings that come from outside the rules.
_OWN = {
    "V3M701": (
        "the project asks for an SDK that has what the migrated code needs",
        "Safe: applied by default. Code written for v3 runs on the vendor's SDK from 0.64.16 on: older ones lack it, "
        "or drop what was said last. Requirements files, constraints, pyproject.toml, Pipfile, setup.cfg, setup.py and "
        "the `pip:` list of environment.yml are raised to it, in the style of the old specifier; what is recent enough "
        "stays. The option `extras` went with SDK 1.0.0: pyaudio, which it brought, is listed by itself.",
    ),
    "V3M702": (
        "an SDK that is too old is asked for where only a person can change it",
        "Lock files, requirements with hashes and those made by a tool are made anew from what they are made from; a "
        "repository, a list that is computed and conda's own packages need a look. They are reported, never edited.",
    ),
    "V3M900": (
        "v2 word that no rule explains",
        "Every v2 word in the code of a file has to be rewritten, reported or suppressed. This one is none of these: "
        "the tool could not tell what it is for. Look whether it reaches AssemblyAI, and move it by hand if so; if "
        "not, silence it with `# v3-migrate: ignore[V3M900]` on its line.",
    ),
    "V3M901": (
        "suppression that silences nothing",
        "A comment `# v3-migrate: ignore[CODE]` stands on a line where nothing with that code is found. Remove it, so "
        "that it cannot hide a later mistake.",
    ),
}

_SAFE = frozenset({"V3M701"})


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.description = "Say what a rule does and why, with its examples. Without a code: list every rule."
    parser.add_argument("code", nargs="?", metavar="CODE", help="a rule, such as V3M101")


def run(arguments: argparse.Namespace) -> int:
    """Print the rule, or the list; return 2 for a code that does not exist."""
    from codemods.analysis import documentation

    docs = documentation()
    if arguments.code is None:
        for line in catalogue(docs):
            print(line)
        return 0
    code = arguments.code.upper()
    found = [doc for doc in docs if doc.code == code]
    if found:
        print("\n\n".join(explained(doc) for doc in found))
        return 0
    if code in _OWN:
        summary, why = _OWN[code]
        print(f"{code}: {summary}\n\n{textwrap.fill(why, 100)}")
        return 0
    print(f"v3-migrate: no rule {arguments.code}; `v3-migrate explain` lists them all", file=sys.stderr)
    return 2


def summaries() -> dict[str, str]:
    """Return the one-line summary of every code that a report may contain."""
    from codemods.analysis import registry

    known = {code: summary for code, (summary, _) in _OWN.items()}
    for rule in registry():
        known.setdefault(rule.code, rule.summary)
    return known


def sources() -> dict[str, str]:
    """Return, for each rule, the page that its facts are from."""
    from codemods.analysis import registry

    return {rule.code: rule.source.url for rule in registry()}


def catalogue(docs: Sequence[RuleDoc]) -> list[str]:
    """Return a line for each rule."""
    rows = [(doc.code, doc.safety.value, doc.summary) for doc in docs]
    rows += [(code, "safe" if code in _SAFE else "manual", summary) for code, (summary, _) in _OWN.items()]
    return [f"{code}  {safety:<6}  {summary}" for code, safety, summary in sorted(rows)]


def explained(doc: RuleDoc) -> str:
    """Return the page of one rule."""
    parts = [f"{doc.code} ({doc.name}): {doc.summary}", textwrap.fill(" ".join(doc.why.split()), 100)]
    safety = {
        "safe": "Safe: applied by default.",
        "unsafe": "Likely right, not proven: applied with --unsafe.",
        "manual": "Not rewritten: reported, for a person to act.",
    }[doc.safety.value]
    parts.append(safety)
    if doc.hardening:
        parts.append("A better habit, not a need of v3: part of a run with --harden only.")
    parts.append(f"Source: {doc.source.url} (read {doc.source.read})")
    parts += [f"Before:\n\n{_code(case.before)}\n\nAfter:\n\n{_code(case.after)}" for case in doc.examples]
    parts += [f"Left as it is:\n\n{_code(code)}" for code in doc.untouched]
    return "\n\n".join(parts)


def _code(source: str) -> str:
    return textwrap.indent(textwrap.dedent(source).strip("\n"), "    ")

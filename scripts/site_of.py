"""Lay out the documentation with a page for each rule, made from the rule itself, and have it built.

`python scripts/site_of.py FOLDER` writes the sources to FOLDER/docs and the site to FOLDER/site.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.analysis import documentation  # noqa: E402
from codemods.rule import RuleDoc  # noqa: E402
from migrator.reporting import rule_page  # noqa: E402

_INTRODUCTION = """\
# Rules

What the tool looks for. *Safe* rewrites are applied by default, *unsafe* ones with `--unsafe`; *manual* findings are
reported, for a person to act on. `v3-migrate explain CODE` shows the same pages.
"""


def build(folder: Path) -> int:
    """Build the site and return the exit code of the generator; a warning, such as a broken link, is an error."""
    shutil.rmtree(folder / "docs", ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    rules: list[RuleDoc | rule_page.OwnRule] = [*documentation(), *rule_page.OWN]
    pages = folder / "docs" / "rules"
    pages.mkdir()
    (pages / "index.md").write_text(_index(rules), encoding="utf-8")
    for rule in rules:
        (pages / f"{rule.code.lower()}.md").write_text(rule_page.page(rule), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    return subprocess.run(command, cwd=folder, check=False).returncode


def _index(rules: Sequence[RuleDoc | rule_page.OwnRule]) -> str:
    parts = [_INTRODUCTION]
    for title, family in rule_page.index(rules):
        rows = [
            f"| [{rule.code}]({rule.code.lower()}.md) | {rule_page.safety(rule)} | {rule.summary} |" for rule in family
        ]
        parts += [f"## {title}", "\n".join(["| rule | | what |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1])))

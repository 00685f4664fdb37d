"""Make the manual page from the parser: `python scripts/man.py`. With `--check`: exit with 1 if it is stale.

It is kept in the repository, so that installing needs neither the parser nor the maker; pip and pipx put it where `man`
finds it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from argparse_manpage.manpage import Manpage

from migrator.cli import whole

PAGE = Path(__file__).resolve().parent.parent / "docs" / "man" / "v3-migrate.1"


def page() -> str:
    """Return the manual page of the command and all its subcommands."""
    # Neither a version nor a date: a page that is made on another day is the same.
    data = {
        "date": " ",
        "project_name": "v3-migrate",
        "description": "move Python code from AssemblyAI's Streaming v2 to v3, and prove that it still works",
        "manual_title": "User Commands",
    }
    text = str(Manpage(whole(), data))
    # A list of what stands below anyway, under a title that the maker leaves empty; and quotes that say nothing.
    text = re.sub(r"^\.SH\n(?:.*\n)*?(?=\.SH )", "", text, count=1, flags=re.MULTILINE)
    return re.sub(r"^(\.SH [A-Z ]+)\\fI\\,'([^']*)'\\/\\fR$", r"\1\\fI\2\\fR", text, flags=re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    if "--check" not in arguments:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page():
        print(f"{PAGE.name} is stale: python scripts/man.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

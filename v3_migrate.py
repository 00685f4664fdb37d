"""The door of the tool: what the command `v3-migrate` and `python -m v3_migrate` run.

The import names of the tool are generic words, and a project may have folders of those names, on `PYTHONPATH` or where
the tool is started. So what belongs to the project is looked at last while the tool runs, whatever it contains.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

_HERE = os.path.dirname(os.path.realpath(__file__))


def main() -> int:
    """Run the tool with the arguments of this process and return its exit code."""
    foreign = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:] = ordered(sys.path, [*foreign, os.curdir], _HERE)
    # Nor does a program that the tool starts get to see the tool.
    others = [entry for entry in foreign if os.path.realpath(entry) != _HERE]
    if len(others) < len(foreign):
        os.environ["PYTHONPATH"] = os.pathsep.join(others)

    from migrator.cli import main as run

    return run()


def ordered(path: Sequence[str], foreign: Iterable[str], own: str) -> list[str]:
    """Return the entries of a module search path: the standard library, `own`, the environment, and `foreign` last."""
    late = {os.path.realpath(entry) for entry in foreign} - {own}
    known = [(entry, os.path.realpath(entry)) for entry in path]
    early = [entry for entry, real in known if real not in late and real != own]
    packages = ("site-packages", "dist-packages")
    place = next((number for number, entry in enumerate(early) if os.path.basename(entry) in packages), len(early))
    return [*early[:place], own, *early[place:], *(entry for entry, real in known if real in late)]


if __name__ == "__main__":
    sys.exit(main())

"""Install v3-migrate into `.venv` and show its main job on a bundled program: `python3 scripts/demo.py`.

Arguments go to v3-migrate instead, so `python3 scripts/demo.py ../my-bot` previews a project of your own.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import environment

LEGACY = environment.ROOT / "fixtures" / "legacy"
PROGRAM = environment.VENV / "bin" / "v3-migrate"


def main() -> int:
    """Preview one program, run it before and after, then migrate all of them in a copy and check that copy."""
    with tempfile.TemporaryDirectory(prefix="v3-migrate-demo-") as name:
        folder = Path(name)
        shutil.copytree(LEGACY / "radio_booth" / "v2", folder / "radio_booth")
        for app in sorted(LEGACY.iterdir()):
            if (app / "v2").is_dir():
                shutil.copytree(app / "v2", folder / "all" / app.name)
        says("a preview: what would change in one program (on a terminal of your own, with its diff)")
        shows(folder / "radio_booth", "v3-migrate booth.py --format concise")
        says("the program as it is, and as it would be, against a recorded session: no key, no network")
        failed = shows(folder / "radio_booth", f"v3-migrate smoke --migrate --python {shlex.quote(sys.executable)}")
        says("all bundled programs, migrated in a copy, and checked")
        shows(folder, "v3-migrate all --write --format concise --output report.txt")
        shows(folder, "v3-migrate all --check --statistics")
    print("\nYour turn: .venv/bin/v3-migrate PATH")
    return failed


def says(text: str) -> None:
    """Print what comes next."""
    print(f"\n# {text}", flush=True)


def shows(folder: Path, command: str) -> int:
    """Print a command as it would be typed, run it in `folder`, and return its exit code."""
    python = shlex.quote(sys.executable)
    words = [PROGRAM, *shlex.split(command.replace(python, str(environment.PYTHON)))[1:]]
    print(f"$ {command.replace(f' --python {python}', '')}", flush=True)
    return subprocess.run(words, cwd=folder, check=False).returncode


if __name__ == "__main__":
    environment.install()
    if sys.argv[1:]:
        environment.become([PROGRAM, *sys.argv[1:]])
    sys.exit(main())

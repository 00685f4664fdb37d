"""Smoke over real installations of the frameworks that are too large for every run of the tests.

`python -m tests.robustness.frameworks [NAME...]`: each is installed in an environment of its own, which takes minutes
and hundreds of megabytes, and its program is run, as it is and with a fault in it (see `tests.smoke.people`).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path

from migrator.smoke.checks.judge import could_not_run, judge
from tests.smoke.people import CELERY, GRADIO, STUBBED, runs


def main(names: Sequence[str]) -> int:
    """Run the programs of those names, all of them if there are none; return 1 if one is judged wrongly."""
    wrong = 0
    for program in (*STUBBED, CELERY, GRADIO):
        if names and program.name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            environment, started = Path(folder) / "environment", time.monotonic()
            venv.create(environment, symlinks=True)
            python = environment / "bin" / "python"
            wanted = [part for part in (program.package, "websockets") if part]
            pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
            subprocess.run([*pip, *wanted], check=True)
            installing, started = time.monotonic() - started, time.monotonic()
            seen = runs((program,), python, Path(folder))
            for (name, right), run in seen.items():
                first = judge(run).headline
                said = could_not_run(run) or (first.evidence if first else "passed")
                good = (said == "passed") if right else "KeyError: 'text'" in said
                wrong += not good
                print(f"{'ok ' if good else 'BAD'} {name}, {'right' if right else 'wrong'}: {said}", flush=True)
            print(f"    {installing:.0f} s to install, {time.monotonic() - started:.0f} s to run", flush=True)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

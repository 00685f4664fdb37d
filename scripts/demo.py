"""Install v3-migrate into `.venv` and preview the migration of the bundled legacy programs: `python3 scripts/demo.py`.

Arguments go to v3-migrate instead, so `python3 scripts/demo.py ../my-bot` previews a project of your own.
"""

from __future__ import annotations

import sys

import environment

if __name__ == "__main__":
    environment.install()
    bundled = ["fixtures/legacy", "--exclude", "v3"]  # The programs lie beside what is expected to become of them.
    environment.become([environment.VENV / "bin" / "v3-migrate", *(sys.argv[1:] or bundled)])

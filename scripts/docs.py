"""Build the documentation into `build/site`: `python3 scripts/docs.py`. A broken link or anchor fails the build.

`--pictures` exports the README's pictures anew, from real runs of the tool.
"""

from __future__ import annotations

import sys

import environment

if __name__ == "__main__":
    environment.install("docs")
    script = "pictures.py" if sys.argv[1:] == ["--pictures"] else "site_of.py"
    environment.become([environment.PYTHON, environment.ROOT / "scripts" / script, environment.ROOT / "build"])

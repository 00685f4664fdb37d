"""Our SARIF read by Microsoft's multitool, by GitHub's rules: `python scripts/sarif_multitool.py`.

Needs npm, which brings the tool into `.matrix/`; so it is no part of the suite. Prints how many results it read and
how many complaints it has, and exits with 1 if there are any.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".matrix" / "sarif-multitool"
PACKAGE = "@microsoft/sarif-multitool"


def main() -> int:
    """Check the bundled programs, and have the report read."""
    system = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}[platform.system()]
    tool = FOLDER / "node_modules" / f"{PACKAGE}-{system}" / "Sarif.Multitool"
    if not tool.exists():
        subprocess.run(["npm", "install", "--silent", "--prefix", FOLDER, PACKAGE], check=True)
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = Path(name) / "ours.sarif", Path(name) / "theirs.sarif"
        program = Path(sys.executable).with_name("v3-migrate")
        legacy = sorted((ROOT / "fixtures" / "legacy").glob("*/v2"))
        subprocess.run(
            [program, *legacy, "--check", "--exit-zero", "--format", "sarif", "--output", ours, "-q"],
            cwd=ROOT,
            check=True,
        )
        options = ["--rule-kind", "Sarif;Ghas", "--output", theirs]
        subprocess.run([tool, "validate", ours, *options], check=True, stdout=subprocess.DEVNULL)
        results = json.loads(ours.read_text(encoding="utf-8"))["runs"][0]["results"]
        complaints = json.loads(theirs.read_text(encoding="utf-8-sig"))["runs"][0].get("results", [])
    fixes = sum("fixes" in result for result in results)
    print(f"{len(results)} results, {fixes} with fixes: {len(complaints)} complaints")
    for (rule, text), count in Counter((c["ruleId"], c["message"].get("text", "")) for c in complaints).items():
        print(f"  {count} x {rule} {text}")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())

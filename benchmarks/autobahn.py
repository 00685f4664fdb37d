"""The Autobahn test suite against the replay server: `python benchmarks/autobahn.py [--python2 PYTHON] [CASE ...]`.

The suite needs Python 2.7 (it was never ported) and is installed under `.matrix` the first time. It is no part of the
tests for that reason; `tests/runtime/test_conformance.py` has named cases of the same groups.

Cases 12 and 13 are left out: they are about compression, which the server does not offer.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.runtime.echo import serve_echo

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / ".matrix" / "autobahntestsuite"
# Namespace packages in a folder of one's own are only found by way of the `.pth` files in it.
RUN = f"import site; site.addsitedir({str(PACKAGES)!r}); from autobahntestsuite import wstest; wstest.run()"
BAD = {"FAILED", "WRONG CODE", "UNCLEAN", "FAILED BY CLIENT"}


def install(python2: str) -> None:
    """Install the suite, unless it is there."""
    if not PACKAGES.is_dir():
        pip = [python2, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(PACKAGES)]
        subprocess.run([*pip, "autobahntestsuite==25.10.1"], check=True)


async def run(python2: str, cases: list[str]) -> int:
    """Return how many cases failed."""
    server, _ = await serve_echo()
    port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        spec = {
            "outdir": f"{folder}/reports",
            "servers": [{"agent": "replay", "url": f"ws://127.0.0.1:{port}"}],
            "cases": cases,
            "exclude-cases": ["12.*", "13.*"],
            "exclude-agent-cases": {},
        }
        Path(folder, "spec.json").write_text(json.dumps(spec))
        command = [python2, "-c", RUN, "-m", "fuzzingclient", "-s", f"{folder}/spec.json"]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        if await process.wait():
            print("the suite did not run", file=sys.stderr)
            return 1
        results = json.loads(Path(folder, "reports", "index.json").read_text())["replay"]
    server.close()
    for kind in ("behavior", "behaviorClose"):
        print(kind, dict(collections.Counter(result[kind] for result in results.values())))
    failed = sorted(case for case, result in results.items() if BAD & {result["behavior"], result["behaviorClose"]})
    print(f"{len(results)} cases, {len(failed)} failed{':' if failed else ''} {', '.join(failed)}")
    return len(failed)


def main() -> int:
    """Return 1 if a case failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python2", default="python2.7", metavar="PYTHON")
    parser.add_argument("cases", nargs="*", default=["*"])
    arguments = parser.parse_args()
    install(arguments.python2)
    return 1 if asyncio.run(run(arguments.python2, arguments.cases)) else 0


if __name__ == "__main__":
    sys.exit(main())

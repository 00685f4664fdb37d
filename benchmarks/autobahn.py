"""Run the Autobahn test suite against the replay server's connection: `python benchmarks/autobahn.py --python2 PYTHON`.

PYTHON is a Python 2.7 with `pip install autobahntestsuite` (the suite was never ported). Not part of the tests, for
that reason; `tests/runtime/test_conformance.py` holds named cases of the same protocol rules.

Cases 12 and 13 are left out: they are about compression, which the server does not offer.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.runtime.echo import serve_echo

#: A close in the middle of a fragmented message is a protocol error (1002) to the Sans-I/O core of `websockets`; the
#: suite expects the code of the close echoed. RFC 6455, 5.5.1, only says that an endpoint "typically" does (see also
#: the conformance notes of `websockets`).
KNOWN = {"7.1.5"}


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
        command = [python2, "-m", "autobahntestsuite.wstest", "-m", "fuzzingclient", "-s", f"{folder}/spec.json"]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        if await process.wait():
            print("the suite did not run", file=sys.stderr)
            return 1
        results = json.loads(Path(folder, "reports", "index.json").read_text())["replay"]
    server.close()
    for kind in ("behavior", "behaviorClose"):
        counts = collections.Counter(result[kind] for result in results.values())
        print(kind, dict(counts))
    bad = {"FAILED", "WRONG CODE", "UNCLEAN", "FAILED BY CLIENT"}
    wrong = {case for case, result in results.items() if result["behavior"] in bad or result["behaviorClose"] in bad}
    failed = sorted(wrong - KNOWN)
    relaxed = [case for case, result in results.items() if result["behavior"] == "NON-STRICT"]
    print(
        f"{len(results)} cases, {len(failed)} failed: {failed}; known: {sorted(wrong & KNOWN)}; non-strict: {relaxed}"
    )
    return len(failed)


def main() -> int:
    """Return 1 if a case failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python2", default="python2.7")
    parser.add_argument("cases", nargs="*", default=["*"])
    arguments = parser.parse_args()
    return 1 if asyncio.run(run(arguments.python2, arguments.cases)) else 0


if __name__ == "__main__":
    sys.exit(main())

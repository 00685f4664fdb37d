"""What tells one finding from another, run after run: the same place keeps it when lines above it come and go."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from codemods.model import Finding
from migrator.analysis.outcome import Outcome


def fingerprints(outcome: Outcome, findings: Iterable[Finding], path: str) -> Iterator[tuple[Finding, str]]:
    """Yield each finding with a digest of rule, path and the text of its line; those that are alike are counted.

    Args:
        path: what the file is called, wherever the tool runs.
    """
    seen: Counter[str] = Counter()
    lines = outcome.before.splitlines()
    for finding in findings:
        line = (finding.in_file or finding.span).line
        text = lines[line - 1].strip().decode("utf-8", "replace") if line <= len(lines) else ""
        yield finding, fingerprint(finding.code, path, text, seen)


def fingerprint(code: str, path: str, text: str, seen: Counter[str]) -> str:
    """Return the digest of one place; `seen` counts those that are alike."""
    key = f"{code}\0{path}\0{text}"
    seen[key] += 1
    return hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogateescape")).hexdigest()

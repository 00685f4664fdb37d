"""How often each rule was met."""

from __future__ import annotations

from migrator.reporting.concise import encode
from migrator.reporting.report import Report


def render(report: Report) -> bytes:
    """Return one line a rule, the most frequent first."""
    counts = sorted(report.by_rule.items(), key=lambda item: (-sum(item[1]), item[0]))
    width = max((len(str(sum(pair))) for _, pair in counts), default=1)
    lines = [f"{outcome.path}: error: {outcome.error}" for outcome in report.errors]
    for code, (fixed, left) in counts:
        summary = report.summaries.get(code, "")
        lines.append(f"{fixed + left:>{width}}  {code}  {fixed} rewritable, {left} left  {summary}".rstrip())
    return encode("".join(f"{line}\n" for line in lines))

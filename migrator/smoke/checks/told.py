"""Check of what a program says when the service ends its session with an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.smoke.checks.places import saying
from migrator.smoke.checks.verdict import Check, Rule, failed, passed, warned
from migrator.smoke.observation import Observation, sessions_of
from runtime.close_codes import ERROR_REASON


def _errors(seen: Observation, before: Observation | None) -> Iterator[Check]:
    """Check that the message before the close is told: the close itself has the same words for every error."""
    told = [
        str(message.get("error"))
        for session in sessions_of(seen)
        for message in session.messages
        if session.api == "v3" and session.closed_by == "server" and message.get("type") == "Error"
    ]
    if not told:
        return
    output = "\n".join(seen.channels.values())
    where = saying(seen, r"\berror\b", r"\bon_close\b")
    advice = 'The cause is only in the message before the close: read its "error" where type is "Error".'
    if any(text in output for text in told):
        yield passed("errors", f"what the service said is shown: {told[0]!r}")
    elif ERROR_REASON in output:
        yield failed("errors", f"it shows the close's reason, {ERROR_REASON!r}, in place of {told[0]!r}", advice, where)
    else:
        yield warned("errors", f"nothing is shown of what the service said: {told[0]!r}", advice, where)


RULES: Sequence[Rule] = (_errors,)

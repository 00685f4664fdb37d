"""V3M517: a loop that receives, beside a task that sends."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.shutdown.strategies import in_loop
from codemods.rules.endings import EndingRule


class SessionMessages(EndingRule[cst.Module]):
    """Lets a loop receive what comes last when it is cancelled, or when the task that sends has ended."""

    code = in_loop.CODE
    summary = "a loop beside a task that sends receives the last transcripts, and the session ends with either"
    source = v.BILLING
    why = (
        "Ctrl+C cancels the loop, so that what was said last is lost. When the task fails or has no more to send, the "
        "loop goes on for ever: v2 closed such a session after a minute, v3 bills it for up to three hours."
    )
    message = "this loop and the task that sends leave the session open; migrated, it ends with either"

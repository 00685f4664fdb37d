"""V3M503: a session that some method of the program closes."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.shutdown.strategies import at_close
from codemods.rules.endings import EndingRule


class SessionClose(EndingRule[cst.Module]):
    """Terminates the session before the program closes its socket."""

    code = at_close.CODE
    summary = "the session is terminated before its socket is closed"
    source = v.BILLING
    why = (
        "Closing the socket does not end a v3 session: without `Terminate` it is billed for up to three hours, and "
        "what was said last is lost."
    )
    message = "the session is never terminated; migrated, it is, before its socket is closed"

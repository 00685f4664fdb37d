"""V3M502: a session that lives as long as an `async with` block."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.shutdown.strategies import in_block
from codemods.rules.endings import EndingRule


class SessionScope(EndingRule[cst.Module]):
    """Terminates the session on every way out of the `async with` block that holds it."""

    code = in_block.CODE
    summary = "the session is terminated at the end of the block that opened it"
    source = v.BILLING
    why = "Closing the socket does not end a v3 session: without `Terminate` it is billed for up to three hours."
    message = "the session is never terminated; migrated, it is, on every way out of this block"

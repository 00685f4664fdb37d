"""V3M506: a `WebSocketApp` script that runs in the main thread and sends audio from another."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.rewrites.shutdown.strategies import in_app
from codemods.rules.endings import EndingRule


class AppThread(EndingRule[cst.Module]):
    """Makes the audio thread stoppable, and ends the session on Ctrl+C and on every other way out."""

    code = in_app.CODE
    summary = "Ctrl+C stops the audio thread and terminates the session"
    source = v.MIGRATION
    why = (
        "`run_forever` drops the socket on Ctrl+C: the session goes on being billed, the last transcripts are lost, "
        "and the audio thread sends into a closed socket."
    )
    message = "Ctrl+C would leave the audio thread and the session behind; migrated, both are ended"

"""A program's `on_message` fed with a recorded session, in v2's words or in those of any variant of v3."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from functools import cache
from types import ModuleType

from runtime.replay.legacy_script import v2_script
from runtime.replay.script import Script, v3_script
from runtime.replay.turns import Variant
from tests.runtime.sessions import FINALS, recording

__all__ = ["FINALS", "VARIANTS", "hear", "session"]

VARIANTS = (Variant.F1, Variant.F2, Variant.F3)

#: What newer models and options of v3 send as well; a program has to ignore what it does not know.
_UNKNOWN = ({"type": "SpeechStarted", "timestamp": 0, "confidence": 0.9}, {"type": "Heartbeat"})


@cache
def session(variant: Variant | None) -> tuple[str, ...]:
    """Return every message of the dictation, from first to last; None is v2."""
    script: Script = v2_script(recording()) if variant is None else v3_script(recording(), variant)
    spoken = [cue.text for cue in script.cues if cue.text]
    if variant is None:
        information = {"message_type": "SessionInformation", "audio_duration_seconds": 8.2}
        return (
            json.dumps(script.begin),
            *spoken,
            json.dumps(information),
            json.dumps({"message_type": "SessionTerminated"}),
        )
    unknown = [json.dumps(message) for message in _UNKNOWN]
    return (json.dumps(script.begin), *unknown, *spoken, json.dumps(script.termination))


def hear(source: str, variant: Variant | None) -> str:
    """Return what a program prints while its `on_message(ws, raw)` is called with each message of the session."""
    module = ModuleType("program_that_listens")
    heard = io.StringIO()
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        with contextlib.redirect_stdout(heard):
            exec(compile(source, "app.py", "exec"), vars(module))
            for raw in session(variant):
                module.on_message(None, raw)
    finally:
        del sys.modules[module.__name__]
    return heard.getvalue()

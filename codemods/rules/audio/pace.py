"""V3M203: sound that is sent faster than it was spoken."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts.durations import Clock, sounds
from codemods.libraries.values import Sound
from codemods.rule import Changes, Context, Rule, Safety

_FASTEST = 1.25
"""Times real time at which v3 takes audio; what comes faster waits, up to about five minutes (v.ERRORS: 3007)."""
_FILES = ("builtins.open().", "io.open().", "wave.", "aiofiles.open().")


class Pace(Rule[cst.Call]):
    """Reports a loop whose wait between two frames is provably shorter than the frames last."""

    code = "V3M203"
    summary = "a file is sent at most 1.25 times as fast as it was spoken"
    source = v.ERRORS
    why = "v3 closes a session (3007) in which more than about five minutes of audio wait; short files get through."
    safety = Safety.MANUAL

    def visit(self, node: cst.Call, context: Context) -> Changes:
        send = context.program.sends.get(node)
        if send is None or not any(context.program.is_vendor(connection) for connection in send.connections):
            return
        loop = next((up for up in context.module.ancestors(node) if isinstance(up, cst.For | cst.While)), None)
        waits = list(_waits(loop, context)) if loop is not None else []
        if len(waits) != 1:
            return
        wait, seconds = waits[0]
        for sound in sounds(context.program, context.program.values(send.data)):
            length = context.get(Clock).length(sound) if _is_file(sound, context) else None
            if length is None or seconds <= 0:
                continue
            spoken = length.milliseconds[0]
            times = spoken / 1000 / seconds
            if times > _FASTEST:
                yield self.report(
                    wait,
                    f"{spoken:g} ms of audio every {seconds * 1000:g} ms are {times:.3g} times real time: v3 closes "
                    f"the session (3007) when five minutes wait, so wait {spoken / 1000:g} seconds here",
                )
                return


def _is_file(sound: Sound, context: Context) -> bool:
    """Return whether a sound is read from something that gives it as fast as it is asked."""
    names = context.program.names(getattr(sound.site, "func", None))
    return bool(names) and all(name.startswith(_FILES) for name in names)


def _waits(loop: cst.For | cst.While, context: Context) -> Iterator[tuple[cst.Call, float]]:
    """Yield the calls in a loop that wait for a known time, and how many seconds that is."""
    for node in context.module.walk(loop.body):
        if isinstance(node, cst.Call) and context.code(node.func).rsplit(".", 1)[-1] == "sleep" and node.args:
            given = node.args[0].value
            numbers = context.get(Clock).numbers(given)
            if len(numbers) == 1 and numbers[0] is not None:
                yield node, float(numbers[0])

"""Where sound comes from: microphones, files, pipes."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from codemods.interpreter.calls import Calls, Model
from codemods.interpreter.heap import Arguments
from codemods.interpreter.values import NOTHING, External, Sound, Values

_FRAMES = (
    "pyaudio.PyAudio().open().read",
    "wave.open().readframes",
    "wave.Wave_read().readframes",
)
_BYTES = (
    "builtins.open().read",
    "io.open().read",
    "sys.stdin.buffer.read",
    "subprocess.Popen().stdout.read",
    "asyncio.create_subprocess_exec().stdout.read",
    "asyncio.create_subprocess_exec().stdout.readexactly",
    "asyncio.create_subprocess_shell().stdout.read",
    "asyncio.create_subprocess_shell().stdout.readexactly",
    "aiofiles.open().read",
)


def _reading(name: str, unit: str) -> Model:
    def model(run: Calls, call: cst.Call, given: Arguments) -> Values:
        size = given.node(0)
        return frozenset({External(f"{name}()"), Sound(call, size, unit)})

    return model


def _opening(run: Calls, call: cst.Call, given: Arguments) -> Values:
    """`PyAudio().open(..., stream_callback=f)` calls `f` with each block."""
    block = Sound(call, given.node(None, "frames_per_buffer"), "frames")
    count: Values = frozenset({External("builtins.int()")})
    run.call_back(given.get(None, "stream_callback"), call, [frozenset({block}), count, NOTHING, count])
    return frozenset({External("pyaudio.PyAudio().open()")})


MODELS: Mapping[str, Model] = {
    **{name: _reading(name, "frames") for name in _FRAMES},
    **{name: _reading(name, "bytes") for name in _BYTES},
    "pyaudio.PyAudio().open": _opening,
}

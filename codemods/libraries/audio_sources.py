"""Where sound comes from: microphones, files, pipes."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library, Model
from codemods.interpreter.values import NOTHING, External, Obj, Values
from codemods.libraries.values import Sound

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
    def model(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        size = given.node(0)
        return frozenset({External(f"{name}()"), Sound(call, size, unit)})

    return model


def _opening(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`PyAudio().open(..., stream_callback=f)` calls `f` with each block."""
    block = Sound(call, given.node(None, "frames_per_buffer"), "frames")
    count: Values = frozenset({External("builtins.int()")})
    run.calls.back(given.get(None, "stream_callback"), call, [frozenset({block}), count, NOTHING, count])
    return frozenset({External("pyaudio.PyAudio().open()")})


def _recording(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`sounddevice.RawInputStream(..., callback=f)` calls `f` with each block; its `read` gives one and a flag."""
    block = Sound(call, given.node(1, "blocksize"), "frames")
    count: Values = frozenset({External("builtins.int()")})
    run.calls.back(given.get(None, "callback"), call, [frozenset({block}), count, NOTHING, NOTHING])
    return frozenset({External(_STREAM)})


def _block(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    pair = Obj(call, "tuple")
    run.heap.join(pair, 0, frozenset({Sound(call, given.node(0, "frames"), "frames")}))
    return frozenset({pair})


_STREAM = "sounddevice.InputStream()"

LIBRARY = Library(
    functions={
        **{name: _reading(name, "frames") for name in _FRAMES},
        **{name: _reading(name, "bytes") for name in _BYTES},
        "pyaudio.PyAudio().open": _opening,
        "sounddevice.InputStream": _recording,
        "sounddevice.RawInputStream": _recording,
        f"{_STREAM}.read": _block,
    }
)

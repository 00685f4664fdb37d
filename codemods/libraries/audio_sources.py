"""Where sound comes from: microphones, files, pipes."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library, Model, Override
from codemods.interpreter.values import ELEMENT, NOTHING, SENT, External, Obj, Plain, Values
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


def _recorded(size: str) -> Model:
    """Make a model of a call that gives as many frames as it is asked for, in an array."""

    def model(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return frozenset({Sound(call, given.node(0, size), "frames")})

    return model


@dataclass(frozen=True, slots=True)
class CaptureDevice(Plain):
    """A `miniaudio.CaptureDevice`: it sends its blocks to a generator."""

    site: cst.Call
    size: cst.BaseExpression | None

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        block = frozenset({Sound(self.site, self.size, "milliseconds")})
        for value in given.get(0, "callback_generator") if name == "start" else ():
            if isinstance(value, Obj):
                run.heap.join(value, SENT, block)
        return NOTHING


def _capturing(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return frozenset({CaptureDevice(call, given.node(3, "buffersize_msec"))})


def _packets(line: str) -> Model:
    """Make a model of a call that gives packets of a line that delivers them as they come."""

    def model(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        listing = Obj(call, "list")
        run.heap.join(listing, ELEMENT, frozenset({Sound(call, None, line)}))
        return frozenset({listing})

    return model


def _given(position: int, line: str) -> Override:
    """Say that a method is called with a packet of a line as its argument `position`."""
    return lambda method: {position: frozenset({Sound(method, None, line)})}


def _webrtc(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`webrtc_streamer(audio_frame_callback=f)` calls `f` with each frame."""
    run.calls.back(given.get(None, "audio_frame_callback"), call, [frozenset({Sound(call, None, "WebRTC")})])
    return frozenset({External("streamlit_webrtc.webrtc_streamer()")}) | run.unknown


def _sink(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`voice_recv.BasicSink(f)` calls `f` with a user and a packet."""
    run.calls.back(given.get(0, "event"), call, [run.unknown, frozenset({Sound(call, None, "Discord")})])
    return frozenset({External("discord.ext.voice_recv.BasicSink()")})


def _segment(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`pydub.AudioSegment(data=...)` is as long as the sound it is made of."""
    found = frozenset(value for value in given.get(0, "data") if isinstance(value, Sound))
    return found or frozenset({External("pydub.AudioSegment()")}) | run.unknown


def _converted(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return frozenset(value for value in given.get(0) if isinstance(value, Sound))


def _converted_with_state(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    pair = Obj(call, "tuple")
    run.heap.join(pair, 0, _converted(run, call, given))
    return frozenset({pair})


_CONVERSIONS = ("tomono", "tostereo", "mul", "bias", "lin2lin", "lin2ulaw", "ulaw2lin")
"""What `audioop` does with sound that leaves it as long as it was."""
_SOUNDCARD = ("soundcard.default_microphone()", "soundcard.get_microphone()", "soundcard.all_microphones()[]")
_STREAM = "sounddevice.InputStream()"
_RESAMPLERS = ("av.AudioResampler()", "av.audio.resampler.AudioResampler()", "av.audio.AudioResampler()")

LIBRARY = Library(
    functions={
        **{name: _reading(name, "frames") for name in _FRAMES},
        **{name: _reading(name, "bytes") for name in _BYTES},
        "pyaudio.PyAudio().open": _opening,
        "sounddevice.InputStream": _recording,
        "sounddevice.RawInputStream": _recording,
        f"{_STREAM}.read": _block,
        "sounddevice.rec": _recorded("frames"),
        **{f"{name}.record": _recorded("numframes") for name in _SOUNDCARD},
        **{f"{name}.recorder().record": _recorded("numframes") for name in _SOUNDCARD},
        **{f"audioop.{name}": _converted for name in _CONVERSIONS},
        "audioop.ratecv": _converted_with_state,
        "miniaudio.CaptureDevice": _capturing,
        **{f"{name}.resample": _packets("WebRTC") for name in _RESAMPLERS},
        "streamlit_webrtc.webrtc_streamer": _webrtc,
        "pydub.AudioSegment": _segment,
        "discord.ext.voice_recv.BasicSink": _sink,
    },
    methods={"get_frames": _packets("WebRTC")},
    overrides={
        **{f"discord.sinks.{name}": {"write": _given(1, "Discord")} for name in ("Sink", "PCMSink", "WaveSink")},
        "discord.ext.voice_recv.AudioSink": {"write": _given(2, "Discord")},
    },
)

"""`v3-migrate listen`: its arguments, and what they mean."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.client.messages import Json
    from runtime.sources.base import Source

_KEY = "ASSEMBLYAI_API_KEY"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `listen`."""
    parser.description = "Show live captions of the microphone or a file. The API key is read from " + _KEY + "."
    where = parser.add_argument_group("audio")
    where.add_argument(
        "--file",
        metavar="PATH",
        help="a file instead of the microphone: WAV, raw, or with PyAV or ffmpeg any; - for standard input",
    )
    where.add_argument("--demo", action="store_true", help="a short dictation instead; without --url, from a replay")
    where.add_argument("--device", metavar="DEVICE", help="microphone: an index, or part of a name, of --list-devices")
    where.add_argument("--list-devices", action="store_true", help="list the microphones and end")
    where.add_argument("--sample-rate", type=int, metavar="HZ", help="of the microphone or of raw audio (16000)")
    where.add_argument("--encoding", choices=["pcm_s16le", "pcm_mulaw"], default="pcm_s16le", help="of raw audio")
    where.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="of a file, in times real time; for a replay"
    )
    service = parser.add_argument_group("service")
    service.add_argument("--url", metavar="URL", help="another host, such as ws://127.0.0.1:8765")
    service.add_argument(
        "--region", choices=["us", "eu"], help="keep the audio in this data zone (default: the nearest region)"
    )
    service.add_argument("--speech-model", default="universal-streaming-english", metavar="NAME", help="%(default)s")
    service.add_argument("--no-format", action="store_true", help="finals without punctuation and capitals")
    service.add_argument("--keyterm", action="append", default=[], metavar="TERM", help="a term to expect; repeatable")
    service.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="any other parameter; repeatable"
    )
    service.add_argument(
        "--reconnect", type=int, default=5, metavar="N", help="attempts after the connection is lost; 0 for none (5)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--save",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="write the finals to FILE as well, in the form of its suffix: .txt, .srt, .vtt, .json, .jsonl; repeatable",
    )


def run(arguments: argparse.Namespace) -> int:
    """Listen, and return 0, 1 if the session failed, or 2 if it could not even be tried."""
    from runtime.sources import SourceError

    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a letter the terminal does not know must not end the session
    try:
        if arguments.list_devices:
            return _list_devices()
        return _listen(arguments)
    except KeyboardInterrupt:
        return 130  # before there was a session
    except (SourceError, ValueError, FileExistsError) as error:
        said = f"{error.filename} is there already" if isinstance(error, FileExistsError) else error
        print(f"v3-migrate: error: {said}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has gone, as `head` does; nothing may be flushed to it when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _listen(arguments: argparse.Namespace) -> int:
    from runtime.client.options import DEFAULT_URL, StreamingOptions
    from runtime.commands.captions import listen
    from runtime.commands.saving import Transcript
    from runtime.hosts import V3_REGIONS, socket_url

    key = os.environ.get(_KEY, "").strip() or ("any" if arguments.demo and not arguments.url else "")
    if not key:
        raise ValueError(f"set {_KEY} to your API key (any text will do for a replay server)")
    if arguments.speed <= 0:
        raise ValueError("--speed must be positive")
    parameters: dict[str, Json] = dict(_pair(text) for text in arguments.parameter)
    if arguments.keyterm:
        parameters["keyterms_prompt"] = arguments.keyterm
    options = StreamingOptions(
        api_key=key,
        url=arguments.url or (socket_url(V3_REGIONS[arguments.region]) if arguments.region else DEFAULT_URL),
        speech_model=arguments.speech_model,
        format_turns=not arguments.no_format,
        parameters=parameters,
        speed=arguments.speed,
        reconnects=arguments.reconnect,
    )
    with ExitStack() as stack:
        if arguments.demo and not arguments.url:
            from runtime.recording.bundled import default_recording
            from runtime.replay import ReplayServer

            server = ReplayServer(default_recording(), speed=arguments.speed)
            options = replace(options, url=stack.enter_context(server).url)
        source = _source(arguments)
        transcripts = [Transcript(path) for path in arguments.save]
        for transcript in transcripts:
            stack.callback(transcript.close)
        return listen(source, options, arguments.json, transcripts)


def _source(arguments: argparse.Namespace) -> Source:
    from runtime.sources import FileSource, Microphone, PipeSource
    from runtime.sources.audio import AudioFormat

    if arguments.demo:
        from runtime.recording import read
        from runtime.recording.bundled import default_recording

        sound = read(default_recording()).audio_path()
        assert sound is not None  # the bundled one has its audio
        return FileSource(sound, None, arguments.speed)
    if arguments.file is None:
        device = arguments.device
        return Microphone(int(device) if device and device.isdecimal() else device, arguments.sample_rate)
    raw = AudioFormat(arguments.sample_rate or 16_000, arguments.encoding)
    if arguments.file == "-":
        return PipeSource(io.FileIO(0, closefd=False), raw, arguments.speed)
    return FileSource(Path(arguments.file), raw, arguments.speed)


def _list_devices() -> int:
    from runtime.sources import list_devices

    devices = list_devices()
    for device in devices:
        print(f"{device.index:3}  {device.sample_rate:6} Hz  {device.name}{'  (default)' if device.is_default else ''}")
    if not devices:
        print("v3-migrate: error: no device that records was found", file=sys.stderr)
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ValueError(f"--parameter takes NAME=VALUE, not {text!r}")
    return name, value


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """End on SIGTERM as on Ctrl+C: the session is billed until it is terminated."""
    raise KeyboardInterrupt

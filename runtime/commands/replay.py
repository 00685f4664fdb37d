"""The command `replay`: serve a recording until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.commands.serving import Tls, configure_serving, server_tls, stop_on_signals

if TYPE_CHECKING:
    from runtime.recording import JsonObject
    from runtime.replay import ReplayServer
    from runtime.replay.records import Log

__all__ = ["configure", "run"]

_PATHS = {"v3": "/v3/ws", "v2": "/v2/realtime/ws"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.description = (
        "Serve a recorded session to any client, as the service would. What it refuses, and what it takes though no"
        " careful client would send it, is printed."
    )
    parser.add_argument("recording", type=Path, nargs="?", help="the session to play (default: a short dictation)")
    parser.add_argument("--api", choices=["v3", "v2"], help="speak only this dialect (default: the path decides)")
    parser.add_argument(
        "--variant", choices=["F1", "F1'", "F2", "F3"], help="report turns in this way, whatever the model"
    )
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="a clock that runs X times faster")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:KEY=VALUE,...][@MOMENT]",
        help="do something wrong; may be repeated; `--fault list` shows what there is",
    )
    parser.add_argument("--key", action="append", metavar="KEY", help="an API key that is accepted (default: any)")
    parser.add_argument("--max-sessions", type=int, metavar="N", help="sessions at once before 3009 is the answer")
    parser.add_argument("--session-seconds", type=float, metavar="S", help="length of a session before 3008 ends it")
    parser.add_argument(
        "--strict", action="store_true", help="refuse what the service takes though no careful client would send it"
    )
    parser.add_argument("--resume", action="store_true", help="find by its content where in the audio a client goes on")
    parser.add_argument("--verbose", action="store_true", help="print every session and message as they pass")
    parser.add_argument("--check", action="store_true", help="do not serve: say whether the recording is sound")
    parser.add_argument("--demo", action="store_true", help="say how to try it, with the dictation that comes with it")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write every happening to FILE, JSON Lines")
    configure_serving(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl+C. Returns 0, or 2 when the server cannot be started as asked."""
    # A command that only shows its help must not pay for the server.
    from runtime.recording import RecordingError

    if "list" in arguments.fault:
        _list_faults()
        return 0
    try:
        if arguments.check:
            return _check(arguments.recording)
        _serve(arguments)
    except (RecordingError, ValueError, OSError) as error:
        print(f"v3-migrate: error: {error}", file=sys.stderr)
        return 2
    return 0


def _check(path: Path | None) -> int:
    """Say what a recording holds, and what is wrong with it; return 1 if something is.

    Raises:
        RecordingError: it cannot be read, or its audio is not its own.
    """
    from runtime.commands.record_program import summary
    from runtime.recording import read
    from runtime.recording.bundled import default_recording
    from runtime.recording.redaction import Redactor
    from runtime.replay.turns import variant_of

    recording = read(path or default_recording())
    if recording.audio_path() is not None:
        recording.load_audio()
    print(f"{summary(recording.path or default_recording())}, reported as {variant_of(recording.events).value}")
    kinds = [event.message.get("type") for event in recording.events if event.sender == "server" and event.message]
    problems = [f"no {kind} of the server" for kind in ("Begin", "Termination") if kind not in kinds]
    redactor = Redactor()
    secrets = sum(redactor.event(event) != event for event in recording.events)
    secrets += redactor.pairs(recording.header.query) != dict(recording.header.query)
    if secrets:
        problems.append(f"what looks like a secret, in {secrets} line{'' if secrets == 1 else 's'}")
    for problem in problems:
        print(f"warning: {problem}")
    return 1 if problems else 0


def _list_faults() -> None:
    from runtime.replay import FAULTS

    for name, kind in FAULTS.items():
        settings = ",".join(f"{key}={value:g}" for key, value in kind.settings.items())
        form = f"{name}:{settings}" if settings else name
        print(f"{form}{'' if kind.moment is None else '@MOMENT'}\n    {kind.summary}")
    print(
        "\nWhat is not given is as above. MOMENT is milliseconds of audio (default: 1000), begin or terminate.\n"
        "times=N, with any of them: only in the first N sessions."
    )


def _serve(arguments: argparse.Namespace) -> None:
    from contextlib import closing

    from runtime.replay.records import Log

    with server_tls(arguments) as tls, closing(Log(arguments.log)) as log:
        asyncio.run(_until_stopped(_server(arguments, tls, log), tls, arguments.api, arguments.demo))


def _server(arguments: argparse.Namespace, tls: Tls, log: Log) -> ReplayServer:
    from runtime.commands.watching import Watch
    from runtime.recording import read
    from runtime.recording.bundled import default_recording
    from runtime.replay import Limits, ReplayServer

    watch = Watch(lambda line: print(line, flush=True)) if arguments.verbose else None

    def note(entry: JsonObject) -> None:
        event = str(entry["event"])
        if watch is not None:
            watch(entry)
        elif event == "session closed" and not entry.get("violations"):
            print(_ended(entry), file=sys.stderr, flush=True)
        log(event, **{name: value for name, value in entry.items() if name not in ("event", "time")})
        for name, mark in (("violations", ""), ("notes", "taken: ")):
            found = entry.get(name)
            for text in found if isinstance(found, list) else []:
                print(f"session {entry['session']}: {mark}{text}", file=sys.stderr)

    limits = Limits()
    return ReplayServer(
        read(arguments.recording or default_recording()),
        api=arguments.api,
        variant=arguments.variant,
        host=arguments.host,
        port=arguments.port,
        tls=tls.context,
        speed=arguments.speed,
        faults=arguments.fault,
        log=note,
        keys=arguments.key,
        limits=Limits(
            session_seconds=_positive("--session-seconds", arguments.session_seconds, limits.session_seconds),
            # Who says when it ends does not mean a minute later.
            overtime=limits.overtime if arguments.session_seconds is None else 0.0,
            sessions=int(_positive("--max-sessions", arguments.max_sessions, limits.sessions)),
        ),
        resume=arguments.resume,
        strict=arguments.strict,
        messages=arguments.verbose or arguments.log is not None,
        keep=0,
    )


def _ended(entry: JsonObject) -> str:
    """Return what one session came to, in a line."""
    heard = float(str(entry["audio_milliseconds"])) / 1000
    ended = "terminated" if entry["terminated"] else "not terminated"
    closed = f"closed by {entry['closed_by'] or 'nobody'}, {entry['close_code']}"
    return f"session {entry['session']}: {entry['api']}, {heard:.1f} s of audio, {ended}, {closed}"


async def _until_stopped(server: ReplayServer, tls: Tls, api: str | None, demo: bool) -> None:
    stop = stop_on_signals()
    async with server:
        if not _is_loopback(server.host):
            print("warning: this server is open to the network", file=sys.stderr)
        paths = " and ".join([_PATHS[api]] if api else _PATHS.values())
        print(f"listening on {server.url} ({paths})", flush=True)
        if advice := tls.advice():
            print(advice, flush=True)
        if demo:
            print(f"try: ASSEMBLYAI_API_KEY=any v3-migrate listen --url {server.url} --demo", flush=True)
        await stop.wait()
    print(f"served {server.served} session{'' if server.served == 1 else 's'}", flush=True)


def _positive(option: str, given: float | None, default: float) -> float:
    if given is None:
        return default
    if given <= 0:
        raise ValueError(f"{option} must be greater than 0")
    return given


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

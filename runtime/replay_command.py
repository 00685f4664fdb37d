"""The command `replay`: serve a recording until told to stop."""

from __future__ import annotations

import argparse
import ipaddress
import sys
from pathlib import Path

from runtime.tls import configure_tls, server_context

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("recording", type=Path, help="the session to play")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--api", choices=["v3", "v2"], help="speak only this dialect (default: the path decides)")
    parser.add_argument("--variant", choices=["F1", "F1'", "F2", "F3"], help="report turns as this variant does")
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="a clock that runs X times faster")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:KEY=VALUE,...][@MOMENT]",
        help="do something wrong; may be repeated; `--fault help` lists what there is",
    )
    parser.add_argument("--max-sessions", type=int, metavar="N", help="sessions at once before 3009 is the answer")
    parser.add_argument("--session-seconds", type=float, metavar="S", help="length of a session before 3008 ends it")
    parser.add_argument("--resume", action="store_true", help="find by its content where in the audio a client goes on")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write every happening to FILE, JSON Lines")
    configure_tls(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl+C. Returns 0, or 2 when the server cannot be started as asked."""
    # A command that only shows its help must not pay for the server.
    from runtime.recording import RecordingError
    from runtime.replay import FAULTS, FaultError

    if "help" in arguments.fault:
        for name, kind in FAULTS.items():
            settings = ",".join(f"{key}={value:g}" for key, value in kind.settings.items())
            form = f"{name}:{settings}" if settings else name
            print(f"{form}{'' if kind.moment is None else '@MOMENT'}  {kind.summary}")
        return 0
    try:
        return _serve(arguments)
    except (RecordingError, FaultError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _serve(arguments: argparse.Namespace) -> int:
    import asyncio
    import signal

    from runtime.recording import JsonObject, read
    from runtime.replay import Limits, ReplayServer
    from runtime.replay.records import Log

    file = Log(arguments.log)

    def note(entry: JsonObject) -> None:
        event = str(entry["event"])
        file(event, **{name: value for name, value in entry.items() if name not in ("event", "time")})
        for violation in _list(entry.get("violations")):
            print(f"session {entry['session']}: {violation}", file=sys.stderr)

    defaults = Limits()
    server = ReplayServer(
        read(arguments.recording),
        api=arguments.api,
        variant=arguments.variant,
        host=arguments.host,
        port=arguments.port,
        tls=server_context(arguments),
        speed=arguments.speed,
        faults=arguments.fault,
        log=note,
        limits=Limits(
            session_seconds=arguments.session_seconds or defaults.session_seconds,
            sessions=arguments.max_sessions or defaults.sessions,
        ),
        resume=arguments.resume,
        keep=0,
    )

    async def serve() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        async with server:
            if not _is_loopback(arguments.host):
                print("warning: this server is open to the network; it accepts any key", file=sys.stderr)
            paths = " and ".join(
                {"v3": ["/v3/ws"], "v2": ["/v2/realtime/ws"]}.get(arguments.api, ["/v3/ws", "/v2/realtime/ws"])
            )
            print(f"listening on {server.url} ({paths})", flush=True)
            await stop.wait()
        print(f"served {server.served} session{'' if server.served == 1 else 's'}", flush=True)

    try:
        asyncio.run(serve())
    finally:
        file.close()
    return 0


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []

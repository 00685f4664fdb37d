"""The command `record`: write down the sessions of a program, or those that pass through a proxy."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.commands.record_program import conclude, record_program
from runtime.commands.serving import Tls, configure_serving, server_tls, stop_on_signals
from runtime.hosts import STREAMING_HOST

if TYPE_CHECKING:
    from runtime.recording.recorder import Recorder

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.description = (
        "Write down the sessions of a Python program, which runs unchanged: its connections to the service pass "
        "through here. Or, without a COMMAND, those of any client: let it connect to the address that is printed "
        "instead of the service. Keys and tokens are not written."
    )
    parser.usage = "v3-migrate record --out FILE [options] [-- COMMAND...]"
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="a program and its arguments, after --")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the recording (.jsonl); its audio goes beside it"
    )
    parser.add_argument(
        "--service",
        metavar="URL",
        help=f"where to connect on to (default: where the client wants to go, else wss://{STREAMING_HOST})",
    )
    parser.add_argument(
        "--sessions", type=int, default=1, metavar="N", help="without a COMMAND: end after N sessions (%(default)s)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a recording that is there already")
    parser.add_argument("--no-audio", action="store_true", help="keep only the length and the hash of the audio")
    parser.add_argument("--redact", action="append", default=[], metavar="REGEX", help="what else must not be written")
    configure_serving(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record until the sessions have ended, or until SIGTERM or Ctrl+C.

    Returns:
        0; 1 if nothing was recorded; 2 if a recording could not be written, or nothing could be started as asked; and
        what a COMMAND returned, if that is not 0.
    """
    # A command that only shows its help must not pay for the proxy.
    import re

    from runtime.recording.recorder import Recorder

    try:
        if arguments.sessions < 1:
            raise ValueError("--sessions must be at least 1")
        if arguments.command:
            return record_program(arguments)
        with server_tls(arguments) as tls:
            recorder = Recorder(
                arguments.out,
                arguments.service,
                arguments.host,
                arguments.port,
                tls.context,
                overwrite=arguments.overwrite,
                with_audio=not arguments.no_audio,
                patterns=arguments.redact,
            )
            asyncio.run(_record(recorder, arguments.sessions, tls))
    except (OSError, ValueError, re.error) as error:
        print(f"v3-migrate: error: {error}", file=sys.stderr)
        return 2
    return conclude(recorder)


async def _record(recorder: Recorder, sessions: int, tls: Tls) -> None:
    stop = stop_on_signals()
    async with recorder:
        print(f"recording what passes through {recorder.url}/v3/ws to {recorder.service}", flush=True)
        if advice := tls.advice():
            print(advice, flush=True)
        stopped = asyncio.create_task(stop.wait())
        while len(recorder.recordings) + len(recorder.failures) < sessions and not stopped.done():
            recorder.ended.clear()
            ended = asyncio.create_task(recorder.ended.wait())
            await asyncio.wait([stopped, ended], return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
        stopped.cancel()

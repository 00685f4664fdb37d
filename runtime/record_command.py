"""The command `record`: write down a session that passes through a proxy."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from runtime.tls import configure_tls, server_context

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the recording; its audio goes beside it"
    )
    parser.add_argument(
        "--service",
        default="wss://streaming.assemblyai.com",
        metavar="URL",
        help="where to connect on to (default: %(default)s)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument(
        "--sessions", type=int, default=1, metavar="N", help="end after N sessions (default: %(default)s)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a recording that is there already")
    parser.add_argument("--no-audio", action="store_true", help="keep only the length and the hash of the audio")
    parser.add_argument("--redact", action="append", default=[], metavar="REGEX", help="what else must not be written")
    configure_tls(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record until the sessions have ended, or until SIGTERM or Ctrl+C. Returns 0.

    1 if nothing was recorded; 2 on errors.
    """
    import asyncio
    import re
    import signal

    from runtime.recorder import Recorder

    async def record(recorder: Recorder) -> int:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        async with recorder:
            print(f"recording what passes through {recorder.url}/v3/ws to {recorder.service}", flush=True)
            stopped = asyncio.create_task(stop.wait())
            while len(recorder.recordings) < arguments.sessions and not stopped.done():
                recorder.saved.clear()
                saved = asyncio.create_task(recorder.saved.wait())
                await asyncio.wait([stopped, saved], return_when=asyncio.FIRST_COMPLETED)
                saved.cancel()
            stopped.cancel()
        for path in recorder.recordings:
            print(path)
        return 0 if recorder.recordings else 1

    try:
        recorder = Recorder(
            arguments.out,
            arguments.service,
            arguments.host,
            arguments.port,
            server_context(arguments),
            overwrite=arguments.overwrite,
            with_audio=not arguments.no_audio,
            patterns=arguments.redact,
        )
        return asyncio.run(record(recorder))
    except (OSError, ValueError, re.error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2

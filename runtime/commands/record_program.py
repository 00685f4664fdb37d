"""`record -- COMMAND`: runs a program whose connections to the service pass through the recorder."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.recording.recorder import Recorder

__all__ = ["conclude", "record_program"]


def record_program(arguments: argparse.Namespace) -> int:
    """Run the command until it ends; what it returned is returned, if it is not 0, else what `conclude` returns.

    Raises:
        OSError: it cannot be started, or the recording cannot be written.
        ValueError: options that have no meaning here.
    """
    from runtime.hosts import V3_HOSTS
    from runtime.recording.recorder import Recorder
    from runtime.redirection import environment
    from runtime.tls import throwaway

    if arguments.certificate or arguments.ca_file or arguments.tls:
        raise ValueError("with a COMMAND the certificate is made for the run, and trusted by it")
    made = throwaway(V3_HOSTS)
    recorder = Recorder(
        arguments.out,
        arguments.service,
        tls=made.context,
        overwrite=arguments.overwrite,
        with_audio=not arguments.no_audio,
        patterns=arguments.redact,
    )
    with tempfile.TemporaryDirectory(prefix="v3-migrate-record-") as folder, recorder:
        authority = made.write(Path(folder, "ca.pem"))
        inside = Path(folder, "inside")
        inside.mkdir()
        variables = environment(str(inside), V3_HOSTS, recorder.port, str(authority))
        status = _run(arguments.command, variables)
    recorded = conclude(recorder)
    return status if status else recorded


def _run(command: list[str], variables: dict[str, str]) -> int:
    """Run a command to its end. Ctrl+C is for the command, which a terminal tells as well; SIGTERM is handed on."""
    process = subprocess.Popen(command, env=variables)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        status = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def conclude(recorder: Recorder) -> int:
    """Say what was written; return 0, 1 if nothing was, or 2 if something could not be."""
    for path in recorder.recordings:
        print(summary(path))
    for failure in recorder.failures:
        print(f"v3-migrate: error: {failure}", file=sys.stderr)
    if not recorder.recordings and not recorder.failures:
        print("v3-migrate: error: no session was recorded", file=sys.stderr)
    return 2 if recorder.failures else 0 if recorder.recordings else 1


def summary(path: Path) -> str:
    """Return what a recording holds, on one line."""
    from runtime.recording.reader import events, header

    begin = header(path)
    sound = path.parent / begin.audio.file if begin.audio and begin.audio.file else None
    seconds = (begin.audio.milliseconds if begin.audio else 0) / 1000
    ends: set[object] = set()
    for event in events(path):
        message = event.message or {}
        if event.sender == "server" and message.get("end_of_turn") and message.get("words"):
            ends.add(message.get("turn_order"))
    files = f"{path} and {sound.name}" if sound is not None else str(path)
    return f"{files}: {seconds:.1f} s, {len(ends)} final{'' if len(ends) == 1 else 's'}"

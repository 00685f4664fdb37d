"""The replay server under load: `python benchmarks/replay.py soak` and `python benchmarks/replay.py memory`.

soak     N clients at once send audio in real time (50 ms frames) and loop over the recording, for some time after the
         last has begun. Reported: protocol errors, finals lost, and how late transcripts are. Lateness is measured by
         the client, from the write of the chunk that makes a message due to its arrival; so it holds both ways through
         the loopback and the client's own delay, which is reported as well: how late its own timers are.
memory   N sessions of the reference client one after another; the resident memory of both is sampled on the way.

The server is a process of its own, held to one core; the clients run on the others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from runtime.client.client import StreamingClient
from runtime.client.listener import Listener
from runtime.client.messages import Turn
from runtime.client.options import StreamingOptions
from runtime.recording import read
from runtime.replay.script import v3_script
from runtime.sources import FileSource

ROOT = Path(__file__).resolve().parent.parent
RECORDING = ROOT / "fixtures" / "sessions" / "dictation-f1.jsonl"
SERVE = """
import argparse, sys
from runtime.commands import replay
parser = argparse.ArgumentParser()
replay.configure(parser)
sys.exit(replay.run(parser.parse_args()))
"""
QUERY = "sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"
HEADERS = {"Authorization": "a key of the benchmark"}
CHUNK_MS = 50


@dataclass
class Tally:
    """What all clients have seen together. Lateness in milliseconds."""

    sessions: int = 0
    frames: int = 0
    messages: int = 0
    finals_missing: int = 0
    errors: list[str] = field(default_factory=list)
    oversleep: list[float] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)


class Script:
    """What the server will send: the place on the audio clock of each transcript, and the finals."""

    def __init__(self) -> None:
        recording = read(RECORDING)
        self.audio = recording.load_audio()
        cues = [cue for cue in v3_script(recording).cues if cue.turn is not None]
        # Past the last chunk a message answers Terminate.
        self.due = [-(-cue.at // CHUNK_MS) - 1 for cue in cues]
        self.finals = sum('"end_of_turn":true' in cue.text and '"turn_is_formatted":true' in cue.text for cue in cues)


async def session(address: str, script: Script, tally: Tally, seconds: float) -> None:
    """Play the recording once, or the part of it that fits into `seconds`, and check what came back."""
    sent: list[float] = []
    finals = 0
    try:
        async with connect(f"{address}?{QUERY}", additional_headers=HEADERS, compression=None) as socket:
            sending = asyncio.create_task(_send(socket, script.audio, sent, tally, seconds))
            number = 0
            async for text in socket:
                now = time.perf_counter()
                message = json.loads(text)
                tally.messages += 1
                if message["type"] == "Error":
                    tally.errors.append(message["error"])
                elif message["type"] == "Turn":
                    due = script.due[number]
                    number += 1
                    finals += message["end_of_turn"] and message["turn_is_formatted"]
                    if due < len(sent):
                        tally.lateness.append((now - sent[due]) * 1000)
            await sending
            if socket.close_code != 1000:
                tally.errors.append(f"closed with {socket.close_code}")
    except (OSError, WebSocketException) as error:
        tally.errors.append(repr(error))
    tally.sessions += 1
    tally.frames += len(sent)
    if len(sent) * CHUNK_MS * 32 > len(script.audio) - CHUNK_MS * 32:
        tally.finals_missing += script.finals - finals


async def _send(socket: ClientConnection, audio: bytes, sent: list[float], tally: Tally, seconds: float) -> None:
    size = CHUNK_MS * 32
    begin = time.perf_counter()
    for number, start in enumerate(range(0, len(audio) - size + 1, size)):
        due = begin + number * CHUNK_MS / 1000
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
            tally.oversleep.append((time.perf_counter() - due) * 1000)
        if time.perf_counter() - begin > seconds:
            break
        sent.append(time.perf_counter())
        await socket.send(audio[start : start + size])
    await socket.send('{"type":"Terminate"}')


@asynccontextmanager
async def serving(*options: str) -> AsyncIterator[tuple[int, str]]:
    """Run the server on the last core; give its process id and address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(RECORDING), *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    found = re.search(r"ws://\S+", line)
    assert found, line
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(process.pid, {cores[-1]})
        os.sched_setaffinity(0, set(cores[:-1]))
    try:
        yield process.pid, f"{found.group()}/v3/ws"
    finally:
        process.terminate()
        await process.wait()


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Return the resident memory of a process (KiB)."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found
    return int(found.group(1))


def distribution(values: list[float]) -> str:
    """Describe milliseconds: the value that half of them do not exceed, that 99 % do not, and the largest."""
    ordered = sorted(values)
    p50, p99 = (ordered[int((len(ordered) - 1) * share)] for share in (0.5, 0.99))
    return f"p50 {p50:.2f} ms, p99 {p99:.2f} ms, largest {ordered[-1]:.1f} ms"


async def soak(clients: int, seconds: float) -> int:
    """Run clients at once; return 1 if there was an error or a final was lost."""
    script, tally = Script(), Tally()
    length = len(script.audio) / 32_000
    async with serving("--max-sessions", str(clients * 2)) as (pid, address):
        end = time.perf_counter() + length + seconds

        async def client(number: int) -> None:
            # Spread over the recording's length, as clients that do not know of each other are.
            await asyncio.sleep(number * length / clients)
            while (left := end - time.perf_counter()) > 1:
                await session(address, script, tally, left)

        before = cpu_seconds(pid)
        began = time.perf_counter()
        await asyncio.gather(*(client(number) for number in range(clients)))
        elapsed = time.perf_counter() - began
        used, memory = cpu_seconds(pid) - before, resident(pid)
    late = tally.lateness
    print(f"{clients} clients for {elapsed:.0f} s: {tally.sessions} sessions, {tally.frames} frames of audio")
    print(f"protocol errors: {len(tally.errors)}, finals missing: {tally.finals_missing}")
    for error in sorted(set(tally.errors)):
        print(f"  {tally.errors.count(error)} x {error}")
    print(f"transcripts: {len(late)}; lateness {distribution(late)}")
    print(f"of which the client's own: its timers are late by {distribution(tally.oversleep)}")
    print(f"machine: load average {os.getloadavg()[0]:.1f} at the end")
    print(f"server: {used / elapsed:.0%} of one core, {memory / 1024:.0f} MiB resident at the end")
    return 1 if tally.errors or tally.finals_missing else 0


async def memory(sessions: int) -> int:
    """Run sessions one after another; return 1 if a final was lost or doubled."""
    speed, finals = 1000.0, Finals()
    expected = Script().finals
    async with serving("--speed", str(speed)) as (pid, address):
        print("             server       client  threads  open files of the client")
        for number in range(1, sessions + 1):
            source = FileSource(RECORDING.with_name("dictation.wav"), speed=speed)
            options = StreamingOptions(api_key="a key of the benchmark", url=address, speed=speed)
            await asyncio.to_thread(StreamingClient(source, finals, options).run)
            if number in (1, 10, 100) or number % (sessions // 5) == 0:
                server, client = resident(pid) / 1024, resident(os.getpid()) / 1024
                files = len(list(Path("/proc/self/fd").iterdir()))
                print(f"{number:6d}  {server:6.1f} MiB  {client:6.1f} MiB  {threading.active_count():7}  {files:5}")
    missing = sessions * expected - finals.count
    print(f"{sessions} sessions in sequence, {finals.count} finals, {missing} missing")
    return 1 if missing else 0


class Finals(Listener):
    """Counts."""

    count = 0

    def on_final(self, turn: Turn) -> None:
        """Count."""
        self.count += 1


def main() -> int:
    """Return 1 if the server did something wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["soak", "memory"])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--sessions", type=int, default=1000)
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, websockets {version('websockets')}, {os.cpu_count()} cores")
    if arguments.what == "soak":
        return asyncio.run(soak(arguments.clients, arguments.seconds))
    return asyncio.run(memory(arguments.sessions))


if __name__ == "__main__":
    sys.exit(main())

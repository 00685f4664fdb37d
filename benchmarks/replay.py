"""The replay server under load: `python benchmarks/replay.py soak` and `python benchmarks/replay.py memory`.

soak     N clients at once send audio in real time (50 ms frames) and loop over the recording, for some time after the
         last has begun. Reported: protocol errors, finals lost, and how late transcripts are. Lateness is measured by
         the client, from the write of the chunk that makes a message due to its arrival; so it holds both ways through
         the loopback and the client's own delay, which is reported as well: how late its own timers are.
         With --requested, sessions ask for all that is only sent on request, and count it: labels of speakers and
         languages, SpeakerRevision, LLMGatewayResponse, Heartbeat, and from every second session's model Silence.
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
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from runtime.client.client import StreamingClient
from runtime.client.listener import Listener
from runtime.client.messages import Turn
from runtime.client.options import StreamingOptions
from runtime.parameters import Family
from runtime.recording import Recording, read, write
from runtime.replay.query import parse_query
from runtime.replay.script import v3_script
from runtime.replay.turns import Variant, turn_of, words_of
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
PARAMETERS = {"speech_model": "universal-streaming-english", "format_turns": "true"}
#: With one of MODELS, all that is only sent on request.
REQUESTED = {
    "session_heartbeat": "true",
    "speaker_labels": "true",
    "language_detection": "true",
    "llm_gateway": '{"model": "m"}',
}
MODELS = (
    {"speech_model": "universal-streaming-english", "format_turns": "true"},
    {"speech_model": "universal-3-6-pro", "acknowledge_silence": "true"},
)
HEADERS = {"Authorization": "a key of the benchmark"}
CHUNK_MS = 50


@dataclass
class Tally:
    """What all clients have seen together. Lateness in milliseconds."""

    sessions: int = 0
    frames: int = 0
    finals_missing: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    oversleep: list[float] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)


class Script:
    """What the server will send in a session with these parameters."""

    def __init__(self, recording: Recording, parameters: Mapping[str, str]) -> None:
        audio, size = recording.load_audio(), recording.sample_rate * 2 * CHUNK_MS // 1000
        self.length = recording.header.audio.milliseconds / 1000 if recording.header.audio else 0.0
        self.chunks = [audio[start : start + size] for start in range(0, len(audio) - size + 1, size)]
        given = {**parameters, "sample_rate": str(recording.sample_rate)}
        self.query = urlencode(given)
        asked, _ = parse_query(list(given.items()))
        variant = Variant.F3 if asked.family is Family.U3 else Variant.F1
        script = v3_script(recording, variant, asked)
        turns = [cue for cue in script.cues if cue.turn is not None]
        #: Of each transcript, the number of the chunk that makes it due. Past the last chunk it answers Terminate.
        self.due = [-(-cue.at // CHUNK_MS) - 1 for cue in turns]
        self.finals = sum(_is_final(json.loads(cue.text)) for cue in turns)
        said = [json.loads(cue.text) for cue in script.cues] + list(script.parting)
        #: How many of each type; of Heartbeat, which goes by the clock, one is sure.
        self.kinds = Counter(str(message["type"]) for message in said)
        if asked.has("session_heartbeat"):
            self.kinds["Heartbeat"] = 1


def _is_final(message: Mapping[str, object]) -> bool:
    return bool(message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"])


@contextmanager
def requested() -> Iterator[Path]:
    """Give a recording that holds what is only sent on request, until the block is left."""
    plain = read(RECORDING.with_name("long-silence.jsonl"))
    events = []
    for event in plain.events:
        turn = turn_of(event)
        if turn is not None:
            speaker = "AB"[int(str(turn["turn_order"])) % 2]
            told = {"speaker_label": speaker, "language_code": "en", "language_confidence": 1.0}
            words = [word | {"speaker": speaker} for word in words_of(turn)]
            event = replace(event, message=turn | told | {"words": words})
        events.append(event)
        if turn is not None and turn["end_of_turn"] and turn["turn_is_formatted"]:
            answer = {"type": "LLMGatewayResponse", "turn_order": turn["turn_order"], "data": {"sum": "a sentence"}}
            warning = {"type": "Warning", "warning_code": 1, "warning": "a warning"}
            events += [replace(event, message=answer), replace(event, message=warning)]
        if event.sender == "client" and event.message and event.message.get("type") == "Terminate":
            revision = {"turn_order": 0, "speaker_label": "B", "words": []}
            revised = {"type": "SpeakerRevision", "revisions": [revision]}
            events.append(replace(event, sender="server", message=revised))
    audio = plain.header.audio
    assert audio is not None
    assert audio.file is not None
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(RECORDING.with_name(audio.file), folder)
        made = Path(folder, "requested.jsonl")
        write(replace(plain, events=tuple(events)), made)
        yield made


async def session(address: str, script: Script, tally: Tally, seconds: float) -> None:
    """Play the recording once, or the part of it that fits into `seconds`, and check what came back."""
    sent: list[float] = []
    finals = number = 0
    kinds: Counter[str] = Counter()
    try:
        async with connect(f"{address}?{script.query}", additional_headers=HEADERS, compression=None) as socket:
            sending = asyncio.create_task(_send(socket, script.chunks, sent, tally, seconds))
            async for text in socket:
                now = time.perf_counter()
                message = json.loads(text)
                kinds[message["type"]] += 1
                if message["type"] == "Error":
                    tally.errors.append(message["error"])
                elif message["type"] == "Turn" and message["words"]:
                    due = script.due[number]
                    number += 1
                    finals += _is_final(message)
                    if due < len(sent):
                        tally.lateness.append((now - sent[due]) * 1000)
            await sending
            if socket.close_code != 1000:
                tally.errors.append(f"closed with {socket.close_code}")
    except (OSError, WebSocketException) as error:
        tally.errors.append(repr(error))
    tally.sessions += 1
    tally.frames += len(sent)
    tally.kinds += kinds
    if len(sent) == len(script.chunks):
        tally.finals_missing += script.finals - finals
        tally.errors += [
            f"{kinds[kind]} x {kind} in place of {count}"
            for kind, count in script.kinds.items()
            if kinds[kind] != count and not (kind == "Heartbeat" and kinds[kind] > count)
        ]


async def _send(
    socket: ClientConnection, chunks: Sequence[bytes], sent: list[float], tally: Tally, seconds: float
) -> None:
    begin = time.perf_counter()
    for number, chunk in enumerate(chunks):
        due = begin + number * CHUNK_MS / 1000
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
            tally.oversleep.append((time.perf_counter() - due) * 1000)
        if time.perf_counter() - begin > seconds:
            break
        sent.append(time.perf_counter())
        await socket.send(chunk)
    await socket.send('{"type":"Terminate"}')


@asynccontextmanager
async def serving(recording: Path, *options: str) -> AsyncIterator[tuple[int, str]]:
    """Run the server on the last core; give its process id and address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(recording), *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
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


async def soak(recording: Path, queries: Sequence[Mapping[str, str]], clients: int, seconds: float) -> int:
    """Run clients at once, with each of the queries by turns; return 1 if there was an error, or a message was lost."""
    tally = Tally()
    scripts = [Script(read(recording), query) for query in queries]
    length = scripts[0].length
    async with serving(recording, "--max-sessions", str(clients * 2)) as (pid, address):
        end = time.perf_counter() + length + seconds

        async def client(number: int) -> None:
            # Spread over the recording's length, as clients that do not know of each other are.
            await asyncio.sleep(number * length / clients)
            while (left := end - time.perf_counter()) > 1:
                await session(address, scripts[number % len(scripts)], tally, left)

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
    print("messages: " + ", ".join(f"{count} {kind}" for kind, count in tally.kinds.most_common()))
    print(f"transcripts: {len(late)}; lateness {distribution(late)}")
    print(f"of which the client's own: its timers are late by {distribution(tally.oversleep)}")
    print(f"machine: load average {os.getloadavg()[0]:.1f} at the end")
    print(f"server: {used / elapsed:.0%} of one core, {memory / 1024:.0f} MiB resident at the end")
    return 1 if tally.errors or tally.finals_missing else 0


async def memory(sessions: int) -> int:
    """Run sessions one after another; return 1 if a final was lost or doubled."""
    speed, finals = 1000.0, Finals()
    expected = Script(read(RECORDING), PARAMETERS).finals
    async with serving(RECORDING, "--speed", str(speed)) as (pid, address):
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
    parser.add_argument("--requested", action="store_true", help="ask for all that is only sent on request")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--sessions", type=int, default=1000)
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, websockets {version('websockets')}, {os.cpu_count()} cores")
    if arguments.what == "soak" and arguments.requested:
        with requested() as recording:
            return asyncio.run(
                soak(recording, [REQUESTED | model for model in MODELS], arguments.clients, arguments.seconds)
            )
    if arguments.what == "soak":
        return asyncio.run(soak(RECORDING, [PARAMETERS], arguments.clients, arguments.seconds))
    return asyncio.run(memory(arguments.sessions))


if __name__ == "__main__":
    sys.exit(main())

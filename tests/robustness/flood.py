"""Floods `smoke`, `listen`, `replay` and `record`, and measures the most memory that each of them takes.

    python -m tests.robustness.flood                 all floods, 8 MB and 64 MB of each
    python -m tests.robustness.flood listen smoke    those of some commands

Each command is a process of its own, as a user starts it; its peak is what the kernel says when it has ended (resident
memory, `ru_maxrss` of wait4(2)). Memory is flat if the large flood takes no more than `ALLOWED` above the small one.
Exits with 1 if it is not.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.request import Request, urlopen

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection, serve

SIZES = (8, 64)
"""Megabytes of a flood."""

ALLOWED = 12
"""Megabytes more for the large flood: what the allocator keeps, and counts of what was dropped."""

QUERY = "sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"
KEY = {"Authorization": "a key"}
BEGIN = {"type": "Begin", "id": "f", "expires_at": 2_000_000_000}
PIECE = 1024
Pieces = Iterator["str | bytes"]


def _turn(number: int, formatted: bool, end: bool) -> str:
    text = f"{number} " + "word " * 150
    word = {"text": "word", "start": 0, "end": 1, "confidence": 1.0, "word_is_final": True}
    turn = {"type": "Turn", "turn_order": number, "turn_is_formatted": formatted, "end_of_turn": end, "words": [word]}
    return json.dumps(turn | {"transcript": text, "end_of_turn_confidence": 1.0})


# what comes ------------------------------------------------------------------------------------------------------


def finals(size: int) -> Pieces:
    return (_turn(number, True, True) for number in range(size // PIECE))


def raw_ends(size: int) -> Pieces:
    return (_turn(number, False, True) for number in range(size // PIECE))


def partials(size: int) -> Pieces:
    return (_turn(0, False, False) for _ in range(size // PIECE))


def unknown(size: int) -> Pieces:
    return (json.dumps({"type": f"News{number}", "filling": "x" * PIECE}) for number in range(size // PIECE))


def audio(size: int) -> Pieces:
    return (bytes(1600) for _ in range(size // 1600))


def controls(size: int) -> Pieces:
    return (json.dumps({"type": "ForceEndpoint", "filling": "x" * PIECE}) for _ in range(size // PIECE))


def one_message(size: int) -> Pieces:
    yield "x" * size


# commands --------------------------------------------------------------------------------------------------------


# A process that is born takes the peak of its parent along until it has become its own program: this one is small.
MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
print(child.pid, file=sys.stderr, flush=True)
print(os.wait4(child.pid, 0)[2].ru_maxrss, file=sys.stderr)
"""


class Tool:
    """The tool as a process of its own; `address` is where it listens, if it says so."""

    def __init__(self, folder: str, *arguments: str, listens: bool = True, given: bytes = b"") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", MEASURE, sys.executable, "-m", "v3_migrate", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=os.environ | {"ASSEMBLYAI_API_KEY": "a key"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.stdin.write(given)
        self._process.stdin.flush()
        self._pid = int(self._process.stderr.readline())
        first = self._process.stdout.readline().decode() if listens else ""
        found = re.search(r"ws://127[\d.:]+", first)
        self.address = found[0] if found else ""
        threading.Thread(target=_drain, args=[self._process.stdout], daemon=True).start()

    def stop(self) -> None:
        """Ask it to end."""
        os.kill(self._pid, signal.SIGTERM)

    def peak(self) -> float:
        """Wait for its end and return the most memory that it took, in megabytes."""
        assert self._process.stderr is not None
        measured = int(self._process.stderr.read())
        self._process.wait()
        return measured / 1024


def _drain(stream: IO[bytes]) -> None:
    while stream.read(1 << 16):
        pass


def flooding(pieces: Pieces) -> Callable[[ServerConnection], None]:
    """Return a service that says `pieces` as fast as they are taken."""

    def answer(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            connection.send(json.dumps(BEGIN))
            for piece in pieces:
                connection.send(piece)
            connection.close()

    return answer


@contextmanager
def service(answer: Callable[[ServerConnection], None]) -> Iterator[str]:
    """Serve on loopback, without any limit."""
    with serve(answer, "127.0.0.1", 0, compression=None, max_size=None) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()


def _session(url: str) -> ClientConnection:
    return connect(f"{url}/v3/ws?{QUERY}", additional_headers=KEY, compression=None, max_size=None, open_timeout=60)


def _read(connection: ClientConnection | ServerConnection) -> None:
    with suppress(ConnectionClosed):
        for _ in connection:
            pass


def talk(url: str, pieces: Pieces) -> None:
    """Send all of them, in as many sessions as it takes."""
    for piece in pieces:
        with suppress(ConnectionClosed, InvalidHandshake, OSError), _session(url) as connection:
            threading.Thread(target=_read, args=[connection], daemon=True).start()
            connection.send(piece)
            for following in pieces:
                connection.send(following)
            connection.send(json.dumps({"type": "Terminate"}))


def listen(pieces: Pieces, folder: str) -> float:
    """Let a service flood `listen`."""
    with service(flooding(pieces)) as url:
        options = ("--json", "--reconnect", "0", "--file", "-", "--save", "heard.txt", "--save", "heard.srt")
        return Tool(folder, "listen", "--url", url, *options, listens=False, given=bytes(1 << 14)).peak()


def replay(pieces: Pieces, folder: str) -> float:
    """Let a client flood `replay`."""
    tool = Tool(folder, "replay", "--verbose", "--log", "log.jsonl")
    talk(tool.address, pieces)
    tool.stop()
    return tool.peak()


def replay_sessions(pieces: Pieces, folder: str) -> float:
    """Open many sessions, and fetch as many tokens, of `replay`."""
    tool = Tool(folder, "replay")
    for number, _ in enumerate(pieces):
        if number % 400 == 0:
            with suppress(ConnectionClosed, OSError), _session(tool.address) as connection:
                connection.recv()
            asked = Request(tool.address.replace("ws", "http", 1) + "/v3/token?expires_in_seconds=60", headers=KEY)
            with suppress(OSError), urlopen(asked, timeout=60) as response:
                response.read()
    tool.stop()
    return tool.peak()


def record(pieces: Pieces, folder: str) -> float:
    """Let a client flood `record`."""
    with service(_read) as url:
        tool = Tool(folder, "record", "--out", "call.jsonl", "--service", url)
        with suppress(ConnectionClosed), _session(tool.address) as connection:
            for piece in pieces:
                connection.send(piece)
        return tool.peak()


def record_answers(pieces: Pieces, folder: str) -> float:
    """Let a service flood `record`."""
    with service(flooding(pieces)) as url:
        tool = Tool(folder, "record", "--out", "call.jsonl", "--service", url)
        with suppress(ConnectionClosed), _session(tool.address) as connection:
            _read(connection)
        return tool.peak()


PRINTING = "for number in range({lines}):\n    print('nothing to see here ' * 50)\n"
ONE_LINE = "import sys\nfor number in range({lines}):\n    sys.stdout.write('nothing to see here ' * 50)\n"
TALKING = """\
import os
from websockets.sync.client import connect
url = "wss://streaming.assemblyai.com/v3/ws?{query}"
with connect(url, additional_headers={{"Authorization": os.environ["ASSEMBLYAI_API_KEY"]}}) as session:
    for number in range({lines}):
        session.send('{{"type": "ForceEndpoint", "filling": "' + "x" * 1000 + '"}}')
    session.send('{{"type": "Terminate"}}')
    for message in session:
        pass
"""
ASKING = "for number in range({lines}):\n    try:\n        input('?')\n    except EOFError:\n        break\n"


def smoke(program: str) -> Callable[[int, str], float]:
    """Run a program that floods `smoke`."""

    def flood(size: int, folder: str) -> float:
        Path(folder, "app.py").write_text(program.format(lines=size // PIECE, query=QUERY))
        options = ("--variant", "F1", "--timeout", "300", "--python", sys.executable, "--format", "json")
        return Tool(folder, "smoke", *options, "--", "app.py", listens=False).peak()

    return flood


def _of(command: Callable[[Pieces, str], float], kind: Callable[[int], Pieces]) -> Callable[[int, str], float]:
    return lambda size, folder: command(kind(size), folder)


FLOODS: dict[str, Callable[[int, str], float]] = {
    "listen: finals": _of(listen, finals),
    "listen: ends that are never formatted": _of(listen, raw_ends),
    "listen: partials": _of(listen, partials),
    "listen: messages of no known type": _of(listen, unknown),
    "listen: one message": _of(listen, one_message),
    "replay: audio": _of(replay, audio),
    "replay: control messages": _of(replay, controls),
    "replay: messages of no known type": _of(replay, unknown),
    "replay: one message": _of(replay, one_message),
    "replay: sessions and tokens": _of(replay_sessions, controls),
    "record: audio": _of(record, audio),
    "record: control messages": _of(record, controls),
    "record: one message": _of(record, one_message),
    "record: answers": _of(record_answers, finals),
    "smoke: lines": smoke(PRINTING),
    "smoke: one line": smoke(ONE_LINE),
    "smoke: control messages": smoke(TALKING),
    "smoke: questions": smoke(ASKING),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help="smoke, listen, replay, record (default: all)")
    arguments = parser.parse_args(argv)
    status = 0
    print(f"{'flood':<42}" + "".join(f"{size:>8} MB" for size in SIZES) + "   peak, MB")
    for name, flood in FLOODS.items():
        if arguments.commands and name.split(":")[0] not in arguments.commands:
            continue
        peaks = []
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                peaks.append(flood(size << 20, folder))
        flat = peaks[-1] - peaks[0] <= ALLOWED
        status |= not flat
        print(f"{name:<42}" + "".join(f"{peak:>11.1f}" for peak in peaks) + ("" if flat else "   GROWS"), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())

"""Small programs for the tests of the command line; what rules do to larger ones is tested elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

V2 = """\
import json

import websocket

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


def on_message(ws, message):
    data = json.loads(message)
    if data["message_type"] == "FinalTranscript":
        print(data["text"])


websocket.WebSocketApp(URL, on_message=on_message, header={"Authorization": "key"}).run_forever()
"""
"""Every v2 place of it is rewritten: V3M101, V3M301, V3M303."""

V3 = (
    V2.replace("api.assemblyai.com/v2/realtime/ws", "streaming.assemblyai.com/v3/ws")
    .replace("=16000", "=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
    .replace(
        'data["message_type"] == "FinalTranscript"',
        'data["type"] == "Turn" and data["end_of_turn"] and data["turn_is_formatted"] and data["transcript"]',
    )
    .replace('data["text"]', 'data["transcript"]')
)
"""What becomes of `V2`."""

LEFT = V2.replace('print(data["text"])', 'print(data["created"], data["text"])')
"""One place is left for a person: V3M304, v3 tells no time of creation."""

LIKELY = """\
def on_data(data):  # from AssemblyAI, though that cannot be seen here
    if data["message_type"] == "FinalTranscript":
        print(data["text"])
"""
"""Both of its rewrites are likely, not proven: V3M301, V3M303."""

CLEAN = "print('nothing of the kind')\n"


def put(folder: Path, files: dict[str, str | bytes]) -> None:
    """Write files below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def git(folder: Path, *arguments: str, given: bytes | None = None) -> str:
    """Run git in `folder` and return what it prints."""
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.com")
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout.decode()


def repository(folder: Path, files: dict[str, str | bytes]) -> None:
    """Make `folder` a git repository with `files` committed."""
    put(folder, files)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")

"""What every client of this folder does: read its task, pace the audio, tell its finals.

A client is run as `PYTHON CLIENT.py PORT AUDIO SPEED` with a throwaway authority in SSL_CERT_FILE. It fetches a token,
opens a session with it, sends the audio at SPEED times real time, ends the session, and prints its finals, one a line.
Only the standard library here: each client runs in an environment that has nothing but its own library.
"""

from __future__ import annotations

import json
import ssl
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

PORT = int(sys.argv[1])
AUDIO = Path(sys.argv[2]).read_bytes()[44:]
SPEED = float(sys.argv[3])
#: Without a port, the vendor's own name: for runs in which that leads to a server of ours.
HOST = f"localhost:{PORT}" if PORT else "streaming.assemblyai.com"
KEY = "a key of the tests"
CHUNK = 3200

PARAMETERS = {
    "sample_rate": 16000,
    "speech_model": "universal-streaming-english",
    "format_turns": "true",
    "keyterms_prompt": json.dumps(["notes"]),
}


def chunks() -> Iterator[bytes]:
    """Yield the audio in pieces of 100 ms, without what is left over at the end."""
    for start in range(0, len(AUDIO) - CHUNK + 1, CHUNK):
        yield AUDIO[start : start + CHUNK]


def paced() -> Iterator[bytes]:
    """Yield the same, each piece when it is due."""
    for piece in chunks():
        yield piece
        time.sleep(0.1 / SPEED)


def token() -> str:
    """Fetch a temporary token of v3."""
    url = f"https://{HOST}/v3/token?expires_in_seconds=60"
    request = urllib.request.Request(url, headers={"Authorization": KEY})
    with urllib.request.urlopen(request, context=ssl.create_default_context()) as answer:
        fetched = json.loads(answer.read())["token"]
    assert isinstance(fetched, str)
    return fetched


def url() -> str:
    """Return where to connect, with a fresh token."""
    return f"wss://{HOST}/v3/ws?{urlencode({**PARAMETERS, 'token': token()})}"


def take(text: str) -> bool:
    """Print the final of a message, if it is one; return whether the session has ended."""
    message = json.loads(text)
    if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
        print(message["transcript"], flush=True)
    return bool(message["type"] == "Termination")

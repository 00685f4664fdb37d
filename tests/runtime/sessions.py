"""The recordings of the repository, and a client that plays their audio to a server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import websocket

from runtime.recording import JsonObject, Recording, read

FOLDER = Path(__file__).parent.parent.parent / "fixtures" / "sessions"

#: What the sentences of the dictation are, in every variant and in both dialects.
FINALS = ["Good morning everyone.", "The meeting starts at ten.", "Please bring your notes."]

V3 = {"sample_rate": "16000", "speech_model": "universal-streaming-english", "format_turns": "true"}
V2 = {"sample_rate": "16000"}

#: How much faster than real time the tests run.
SPEED = 50.0


def recording(name: str = "dictation-f1") -> Recording:
    """Return a recording of the repository."""
    return read(FOLDER / f"{name}.jsonl")


class Client:
    """A client that keeps every message until the server closes, and how it closed."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, **query: str) -> None:
        fields = {"Authorization": "a key"} if headers is None else headers
        self.socket = websocket.create_connection(f"{url}?{urlencode(query)}", timeout=20, header=dict(fields))
        self.messages: list[JsonObject] = []
        self.texts: list[str] = []
        self.code: int | None = None
        self.reason = ""

    def play(self, audio: bytes, chunk: int = 3200, speed: float = SPEED) -> None:
        """Send audio at a pace, without what is left over at its end."""
        for start in range(0, len(audio) - chunk + 1, chunk):
            self.socket.send_binary(audio[start : start + chunk])
            time.sleep(chunk / 32000 / speed)

    def say(self, message: Mapping[str, object] | str) -> None:
        """Send a message."""
        self.socket.send(message if isinstance(message, str) else json.dumps(message))

    def next(self) -> JsonObject:
        """Return the next message."""
        text = self.socket.recv()
        assert isinstance(text, str)
        self.texts.append(text)
        self.messages.append(json.loads(text))
        return self.messages[-1]

    def drain(self) -> list[JsonObject]:
        """Take every message until the server closes; return those that are JSON."""
        while self.code is None:
            try:
                opcode, data = self.socket.recv_data()
            except (websocket.WebSocketConnectionClosedException, ConnectionError):
                self.code = 1006
            else:
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    self.code, self.reason = int.from_bytes(data[:2], "big"), data[2:].decode()
                else:
                    self._take(data.decode())
        self.socket.shutdown()
        return self.messages

    def close(self) -> None:
        """Free the socket; harmless when repeated."""
        self.socket.shutdown()

    def _take(self, text: str) -> None:
        self.texts.append(text)
        try:
            self.messages.append(json.loads(text))
        except ValueError:
            return


def finals(messages: Iterable[JsonObject]) -> list[object]:
    """Return the finals among messages, as a correct client tells them."""
    return [
        message.get("transcript") or message.get("text")
        for message in messages
        if (message.get("end_of_turn") and message.get("turn_is_formatted"))
        or message.get("message_type") == "FinalTranscript"
    ]

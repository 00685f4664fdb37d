"""What `replay --verbose` prints: a line for every session and message, readable as they pass."""

from __future__ import annotations

from collections.abc import Callable

from runtime.jsontext import dump_json, load_json
from runtime.recording import JsonObject

__all__ = ["Watch"]

_LONGEST = 100


class Watch:
    """Turns happenings of a replay server into lines. Audio is counted, and told when something else happens."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._audio: dict[object, tuple[int, float]] = {}

    def __call__(self, entry: JsonObject) -> None:
        """Take one happening, as `ReplayServer(log=...)` gives it."""
        session = entry.get("session")
        match entry["event"]:
            case "heard" if entry.get("milliseconds") is not None:
                chunks, length = self._audio.get(session, (0, 0.0))
                self._audio[session] = chunks + 1, length + float(str(entry["milliseconds"]))
            case "heard":
                self._say(
                    entry, "client", _short(dump_json(_object(entry["control"]))) if entry.get("control") else "text"
                )
            case "said":
                self._say(entry, "server", _described(str(entry["text"])))
            case "session opened":
                query = "&".join(f"{name}={value}" for name, value in _object(entry["query"]).items())
                self._tell(f"session {session}: {entry['api']}, {query}")
            case "session closed":
                self._flush(entry)
                self._tell(f"session {session}: closed by {entry['closed_by'] or 'nobody'}, {entry['close_code']}")
            case "token":
                self._tell(f"token: {entry['api']}, {entry['status']}")
            case _:
                return

    def _say(self, entry: JsonObject, who: str, what: str) -> None:
        self._flush(entry)
        self._tell(f"{entry['session']}  {int(str(entry['at'])) / 1000:8.3f}  {who}  {what}")

    def _flush(self, entry: JsonObject) -> None:
        chunks, length = self._audio.pop(entry["session"], (0, 0.0))
        if chunks:
            self._tell(f"{entry['session']}            client  {chunks} x audio, {length:.0f} ms")


def _described(text: str) -> str:
    try:
        message = _object(load_json(text))
    except ValueError:
        return _short(text)
    if message.get("type") == "Turn":
        kind = "end" if message.get("end_of_turn") else "partial"
        form = "formatted" if message.get("turn_is_formatted") else "raw"
        words = message.get("words")
        return f"Turn {message.get('turn_order')} {form} {kind}: {' '.join(_texts(words))}"
    if "text" in message:
        return _short(f"{message.get('message_type')}: {message['text']}")
    return _short(text)


def _texts(words: object) -> list[str]:
    return [str(_object(word).get("text")) for word in words] if isinstance(words, list) else []


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."

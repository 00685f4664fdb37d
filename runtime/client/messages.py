"""The messages of Streaming v3: parse what the service sends, write what a client sends.

Parsing is tolerant, as the vendor asks: a type nobody knows becomes `Unknown`, a field nobody knows is kept in
`extra`, a field that is missing or of another type takes its default. Only text that is not a JSON object is an error.
It is on the hot path (some twenty messages a second a session, each with every word of the turn), so the classes
are plain slotted dataclasses and the parsers are written out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Fields: TypeAlias = dict[str, Json]


class MessageError(ValueError):
    """A frame is not a JSON object."""


@dataclass(slots=True)
class Word:
    """One word of a turn; times are milliseconds of the session's audio."""

    text: str
    start: int = 0
    end: int = 0
    confidence: float = 0.0
    word_is_final: bool = False
    speaker: str | None = None
    """Like the next, only with `speaker_labels`."""
    speaker_confidence: float | None = None
    extra: Fields | None = None


@dataclass(slots=True)
class Configuration:
    """What a session really has; it tells what the service chose where nothing was asked for."""

    model: str | None = None
    mode: str | None = None
    api_version: str | None = None
    speaker_labels: bool | None = None
    redact_pii: bool | None = None
    filter_profanity: bool | None = None
    domain: str | None = None
    voice_focus: str | None = None
    extra: Fields | None = None


@dataclass(slots=True)
class Begin:
    """The session is open."""

    id: str
    expires_at: int = 0
    """Unix seconds."""
    configuration: Configuration | None = None
    extra: Fields | None = None


@dataclass(slots=True)
class Turn:
    """A turn as it stands now.

    `transcript` holds the words that are final; while the turn grows, `words` may hold more.
    """

    turn_order: int
    transcript: str = ""
    end_of_turn: bool = False
    turn_is_formatted: bool = False
    end_of_turn_confidence: float = 0.0
    words: list[Word] = field(default_factory=list)
    utterance: str = ""
    language_code: str | None = None
    language_confidence: float | None = None
    speaker_label: str | None = None
    speaker_confidence: float | None = None
    extra: Fields | None = None

    @property
    def text(self) -> str:
        """Everything heard so far: the transcript of an ended turn, every word of one that still grows."""
        if self.end_of_turn or not self.words:
            return self.transcript
        return " ".join(word.text for word in self.words)


@dataclass(slots=True)
class SpeechStarted:
    """Someone began to speak; sent by some models only."""

    timestamp: int = 0
    """Milliseconds of the session's audio."""
    confidence: float | None = None
    extra: Fields | None = None


@dataclass(slots=True)
class Termination:
    """The session is over; nothing comes after it."""

    audio_duration_seconds: float = 0
    session_duration_seconds: float = 0
    extra: Fields | None = None


@dataclass(slots=True)
class ErrorMessage:
    """`Error`: why the service is about to close the connection."""

    error: str
    error_code: int | None = None
    extra: Fields | None = None


@dataclass(slots=True)
class WarningMessage:
    """`Warning`: the session goes on."""

    warning: str
    warning_code: int | None = None
    extra: Fields | None = None


@dataclass(slots=True)
class Heartbeat:
    """`Heartbeat`: every five seconds, with `session_heartbeat`."""

    total_audio_received_ms: int = 0
    total_duration_ms: int = 0
    realtime_factor: float = 0.0
    max_speech_probability: float = 0.0
    extra: Fields | None = None


@dataclass(slots=True)
class Silence:
    """`Silence`: about every second in which no speech is heard, with `acknowledge_silence`; times as a word's."""

    start_ms: int = 0
    end_ms: int = 0
    extra: Fields | None = None


@dataclass(slots=True)
class Revision:
    """One turn whose speakers were told anew; text and times are the turn's own."""

    turn_order: int
    speaker_label: str | None = None
    words: list[Word] = field(default_factory=list)
    extra: Fields | None = None


@dataclass(slots=True)
class SpeakerRevision:
    """`SpeakerRevision`: turns whose speakers were told wrong, with `speaker_labels`."""

    revisions: list[Revision] = field(default_factory=list)
    extra: Fields | None = None


@dataclass(slots=True)
class LLMGatewayResponse:
    """`LLMGatewayResponse`: what a language model made of a turn, with `llm_gateway`."""

    turn_order: int
    transcript: str = ""
    data: Json = None
    extra: Fields | None = None


@dataclass(slots=True)
class Unknown:
    """A message of a type that is not listed here."""

    type: str
    fields: Fields


Known: TypeAlias = (
    Begin
    | Turn
    | SpeechStarted
    | Termination
    | ErrorMessage
    | WarningMessage
    | Heartbeat
    | Silence
    | SpeakerRevision
    | LLMGatewayResponse
)
Message: TypeAlias = Known | Unknown


def parse(frame: str | bytes) -> Message:
    """Return the message in one text frame.

    Raises:
        MessageError: the frame is not a JSON object.
    """
    try:
        fields = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"not JSON: {error}") from error
    if type(fields) is not dict:
        raise MessageError(f"not a JSON object but {type(fields).__name__}")
    kind = fields.pop("type", None)
    if kind is None and "error" in fields:
        kind = "Error"  # a bare {"error": ...} carries no type
    parser = _PARSERS.get(kind) if type(kind) is str else None
    return parser(fields) if parser else Unknown(kind if type(kind) is str else "", fields)


def dump(message: Message) -> str:
    """Return `message` as the JSON text that `parse` reads; optional fields that are None are left out."""
    if isinstance(message, Unknown):
        fields: Fields = {"type": message.type, **message.fields} if message.type else dict(message.fields)
        return json.dumps(fields, ensure_ascii=False)
    return json.dumps({"type": _TYPES[type(message)], **_fields_of(message)}, ensure_ascii=False)


TERMINATE = '{"type": "Terminate"}'
"""Asks for the rest of the transcript and the end of the session."""
FORCE_ENDPOINT = '{"type": "ForceEndpoint"}'
"""Ends the present turn."""
KEEP_ALIVE = '{"type": "KeepAlive"}'
"""Resets the inactivity timer."""


def update_configuration(settings: Mapping[str, Json]) -> str:
    """Return the message that changes parameters (`max_turn_silence`, `keyterms_prompt`, ...) of an open session."""
    return json.dumps({"type": "UpdateConfiguration", **settings})


# Taking a field removes it, so that what is left over is what nobody knows.


def _text(fields: Fields, name: str) -> str:
    value = fields.pop(name, "")
    return value if type(value) is str else ""


def _integer(fields: Fields, name: str) -> int:
    value = fields.pop(name, 0)
    return value if type(value) is int else int(value) if type(value) is float and abs(value) < 1e15 else 0


def _number(fields: Fields, name: str) -> float:
    value = fields.pop(name, 0.0)
    return value if type(value) is float or type(value) is int else 0.0


def _flag(fields: Fields, name: str) -> bool:
    return fields.pop(name, False) is True


def _optional_text(fields: Fields, name: str) -> str | None:
    value = fields.pop(name, None)
    return value if type(value) is str else None


def _optional_number(fields: Fields, name: str) -> float | None:
    value = fields.pop(name, None)
    return value if type(value) is float or type(value) is int else None


def _optional_flag(fields: Fields, name: str) -> bool | None:
    value = fields.pop(name, None)
    return value if type(value) is bool else None


def _optional_integer(fields: Fields, name: str) -> int | None:
    value = fields.pop(name, None)
    return value if type(value) is int else None


def _begin(fields: Fields) -> Begin:
    configuration = fields.pop("configuration", None)
    return Begin(
        _text(fields, "id"),
        _integer(fields, "expires_at"),
        _configuration(configuration) if type(configuration) is dict else None,
        fields or None,
    )


def _configuration(fields: Fields) -> Configuration:
    return Configuration(
        _optional_text(fields, "model"),
        _optional_text(fields, "mode"),
        _optional_text(fields, "api_version"),
        _optional_flag(fields, "speaker_labels"),
        _optional_flag(fields, "redact_pii"),
        _optional_flag(fields, "filter_profanity"),
        _optional_text(fields, "domain"),
        _optional_text(fields, "voice_focus"),
        fields or None,
    )


def _word(fields: Fields) -> Word:
    return Word(
        _text(fields, "text"),
        _integer(fields, "start"),
        _integer(fields, "end"),
        _number(fields, "confidence"),
        _flag(fields, "word_is_final"),
        _optional_text(fields, "speaker"),
        _optional_number(fields, "speaker_confidence"),
        fields or None,
    )


def _words(fields: Fields) -> list[Word]:
    words = fields.pop("words", None)
    return [_word(word) for word in words if type(word) is dict] if type(words) is list else []


def _turn(fields: Fields) -> Turn:
    return Turn(
        _integer(fields, "turn_order"),
        _text(fields, "transcript"),
        _flag(fields, "end_of_turn"),
        _flag(fields, "turn_is_formatted"),
        _number(fields, "end_of_turn_confidence"),
        _words(fields),
        _text(fields, "utterance"),
        _optional_text(fields, "language_code"),
        _optional_number(fields, "language_confidence"),
        _optional_text(fields, "speaker_label"),
        _optional_number(fields, "speaker_confidence"),
        fields or None,
    )


def _speech_started(fields: Fields) -> SpeechStarted:
    return SpeechStarted(_integer(fields, "timestamp"), _optional_number(fields, "confidence"), fields or None)


def _termination(fields: Fields) -> Termination:
    audio, session = _number(fields, "audio_duration_seconds"), _number(fields, "session_duration_seconds")
    return Termination(audio, session, fields or None)


def _error(fields: Fields) -> ErrorMessage:
    return ErrorMessage(_text(fields, "error"), _optional_integer(fields, "error_code"), fields or None)


def _warning(fields: Fields) -> WarningMessage:
    return WarningMessage(_text(fields, "warning"), _optional_integer(fields, "warning_code"), fields or None)


def _heartbeat(fields: Fields) -> Heartbeat:
    return Heartbeat(
        _integer(fields, "total_audio_received_ms"),
        _integer(fields, "total_duration_ms"),
        _number(fields, "realtime_factor"),
        _number(fields, "max_speech_probability"),
        fields or None,
    )


def _silence(fields: Fields) -> Silence:
    return Silence(_integer(fields, "start_ms"), _integer(fields, "end_ms"), fields or None)


def _revision(fields: Fields) -> Revision:
    return Revision(
        _integer(fields, "turn_order"), _optional_text(fields, "speaker_label"), _words(fields), fields or None
    )


def _speaker_revision(fields: Fields) -> SpeakerRevision:
    revisions = fields.pop("revisions", None)
    turns = [_revision(turn) for turn in revisions if type(turn) is dict] if type(revisions) is list else []
    return SpeakerRevision(turns, fields or None)


def _gateway_response(fields: Fields) -> LLMGatewayResponse:
    order, transcript = _integer(fields, "turn_order"), _text(fields, "transcript")
    return LLMGatewayResponse(order, transcript, fields.pop("data", None), fields or None)


_PARSERS: dict[str, Callable[[Fields], Message]] = {
    "Begin": _begin,
    "Turn": _turn,
    "SpeechStarted": _speech_started,
    "Termination": _termination,
    "Error": _error,
    "Warning": _warning,
    "Heartbeat": _heartbeat,
    "Silence": _silence,
    "SpeakerRevision": _speaker_revision,
    "LLMGatewayResponse": _gateway_response,
}

_TYPES: dict[type, str] = {
    Begin: "Begin",
    Turn: "Turn",
    SpeechStarted: "SpeechStarted",
    Termination: "Termination",
    ErrorMessage: "Error",
    WarningMessage: "Warning",
    Heartbeat: "Heartbeat",
    Silence: "Silence",
    SpeakerRevision: "SpeakerRevision",
    LLMGatewayResponse: "LLMGatewayResponse",
}


def _fields_of(message: Known | Word | Revision | Configuration) -> Fields:
    fields: Fields = {}
    for name in message.__slots__:
        value = getattr(message, name)
        if name in ("words", "revisions"):
            fields[name] = [_fields_of(item) for item in value]
        elif isinstance(value, Configuration):
            fields[name] = _fields_of(value)
        elif name != "extra" and value is not None:
            fields[name] = value
    return {**fields, **(message.extra or {})}

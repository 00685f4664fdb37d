"""The query of a v3 connection, checked as strictly as the service documents it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runtime.jsontext import load_json
from runtime.recording import SAMPLE_WIDTH
from runtime.replay.refusal import Refusal

__all__ = ["Parameters", "check_setting", "parse_query"]

SPEECH_MODELS = frozenset({
    "universal-streaming-english", "universal-streaming-multilingual", "u3-rt-pro", "u3-rt-pro-beta-1", "u3-pro",
    "whisper-rt", "universal-3-5-pro", "universal-3-6", "universal-3-6-pro",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the session needs to know of its query. Times in seconds."""

    sample_rate: int = 16000
    encoding: str = "pcm_s16le"
    format_turns: bool = False
    inactivity_timeout: float | None = None

    @property
    def bytes_per_millisecond(self) -> float:
        """How many bytes of audio last one millisecond."""
        return self.sample_rate * SAMPLE_WIDTH[self.encoding] / 1000


def _text(value: str) -> str:
    return value


def _flag(value: str) -> bool:
    # The documentation writes true, the vendor's Python SDK sends True.
    if value.lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return value.lower() == "true"


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        number = float(value)
        if not low <= number <= high:
            raise ValueError(f"must be between {low:g} and {high:g}")
        return number

    return parse


def _count(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"must be between {low} and {high}")
        return number

    return parse


def _one_of(choices: Sequence[str] | frozenset[str]) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(sorted(choices))}")
        return value

    return parse


def _strings(value: str) -> list[str]:
    parsed = load_json(value)
    if not isinstance(parsed, list) or not all(isinstance(item, str) for item in parsed):
        raise ValueError("must be a JSON array of strings")
    return parsed


def _keyterms(value: str) -> list[str]:
    terms = _strings(value)
    if len(terms) > 100:
        raise ValueError(f"has {len(terms)} terms, at most 100 are allowed")
    return terms


def _json(value: str) -> object:
    return load_json(value)


_Parser = Callable[[str], object]

#: What may also change during a session (UpdateConfiguration).
SESSION_SETTINGS: dict[str, _Parser] = {
    "end_of_turn_confidence_threshold": _number(0, 1),
    "min_end_of_turn_silence_when_confident": _count(0, 100_000),
    "min_turn_silence": _count(0, 100_000),
    "max_turn_silence": _count(0, 100_000),
    "vad_threshold": _number(0, 1),
    "format_turns": _flag,
    "keyterms_prompt": _keyterms,
    "filter_profanity": _flag,
    "prompt": _text,
    "agent_context": _text,
    "interruption_delay": _count(0, 100_000),
    "turn_left_pad_ms": _count(0, 100_000),
    "language_codes": _strings,
    "session_heartbeat": _flag,
    "acknowledge_silence": _flag,
}

#: Every parameter the vendor's AsyncAPI file and Python SDK (1.8.2) know.
QUERY_PARAMETERS: dict[str, _Parser] = SESSION_SETTINGS | {
    "sample_rate": _count(8000, 192_000),
    "encoding": _one_of(["pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac"]),
    "speech_model": _one_of(SPEECH_MODELS),
    "token": _text,
    "language": _text,
    "language_code": _text,
    "language_detection": _flag,
    "domain": _text,
    "inactivity_timeout": _number(5, 3600),
    "webhook_url": _text,
    "webhook_auth_header_name": _text,
    "webhook_auth_header_value": _text,
    "llm_gateway": _json,
    "speaker_labels": _flag,
    "max_speakers": _count(1, 100),
    "speaker_labels_revision_interval_ms": _count(0, 10_000_000),
    "voice_focus": _text,
    "voice_focus_threshold": _number(0, 1),
    "noise_suppression_model": _text,
    "noise_suppression_threshold": _number(0, 1),
    "continuous_partials": _flag,
    "customer_support_audio_capture": _flag,
    "include_partial_turns": _flag,
    "redact_pii": _flag,
    "redact_pii_policies": _strings,
    "redact_pii_sub": _text,
    "mode": _text,
}


def parse_query(pairs: Sequence[tuple[str, str]]) -> Parameters:
    """Check a connection's query; raise Refusal (3006) for what the service does not take."""
    values: dict[str, object] = {}
    for name, value in pairs:
        if name not in QUERY_PARAMETERS:
            raise Refusal(3006, f"Invalid parameter: {name} is not a parameter of v3")
        if name in values:
            raise Refusal(3006, f"Invalid parameter: {name} is given twice")
        try:
            values[name] = QUERY_PARAMETERS[name](value)
        except ValueError as error:
            raise Refusal(3006, f"Invalid parameter: {name} {_why(error)}") from None
    if "speech_model" not in values:
        raise Refusal(3006, "Invalid parameter: speech_model is required")
    encoding = str(values.get("encoding", "pcm_s16le"))
    if encoding not in SAMPLE_WIDTH:
        raise Refusal(3006, f"encoding {encoding} cannot be replayed: its length in time is unknown without a decoder")
    rate, idle = values.get("sample_rate", 16000), values.get("inactivity_timeout")
    return Parameters(
        sample_rate=rate if isinstance(rate, int) else 16000,
        encoding=encoding,
        format_turns=values.get("format_turns") is True,
        inactivity_timeout=idle if isinstance(idle, float) else None,
    )


def check_setting(name: str, value: object) -> None:
    """Check one field of UpdateConfiguration; raise Refusal (3006)."""
    if name not in SESSION_SETTINGS:
        raise Refusal(3006, f"Invalid Message: {name} cannot be set during a session")
    # The query carries text; a JSON message carries the same values typed.
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        SESSION_SETTINGS[name](text)
    except ValueError as error:
        raise Refusal(3006, f"Invalid Message: {name} {_why(error)}") from None


def _why(error: ValueError) -> str:
    reason = str(error)
    return reason if reason.startswith(("must", "has")) else "is not valid"

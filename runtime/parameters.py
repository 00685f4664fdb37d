"""The query parameters of a v3 session: what each may hold, which models honour it, and since when it exists.

One table for the client, the replay server and `smoke`; `codemods.protocol` holds the names that migrations need, and a
test holds the two together. The service takes what it does not know without a word, so a name that is missing here is
no error, only unknown.

Sources, read 2026-11-29; a row whose facts come from elsewhere than the first two says so:

* names, kinds: `assemblyai` 1.8.2 on PyPI, `streaming/v3/models.py`; `since` is the month of its first release that had
  the name, by https://github.com/AssemblyAI/assemblyai-python-sdk
* limits: https://assemblyai.com/docs/api-reference/streaming-api/universal-streaming and, for the U3 models,
  https://assemblyai.com/docs/api-reference/streaming-api/universal-3-pro-streaming
* `MEASURED`: sessions with the live service, published by others in September 2026
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from runtime.jsontext import load_json

__all__ = [
    "DEFAULT_MODEL",
    "DOCUMENTED_MODELS",
    "ENCODINGS",
    "LANGUAGES",
    "MULTILINGUAL",
    "PARAMETERS",
    "SPEECH_MODELS",
    "Family",
    "Kind",
    "Parameter",
    "family_of",
]

MEASURED = "measured"
UPDATING = "https://assemblyai.com/docs/streaming/updating-configuration-mid-stream"
MODELS = "https://www.assemblyai.com/docs/streaming/universal-3-pro"
JAVASCRIPT = "https://www.npmjs.com/package/assemblyai/v/4.41.5"

DOCUMENTED_MODELS = frozenset(
    {"universal-streaming-english", "universal-streaming-multilingual", "universal-3-5-pro", "universal-3-6-pro"}
)
"""The models of today's pages (MODELS)."""

SPEECH_MODELS = DOCUMENTED_MODELS | {
    "_universal-3-5-notetaker",
    "u3-pro",  # an alias of u3-rt-pro, says https://www.assemblyai.com/llms/models.md
    "u3-rt-agent",
    "u3-rt-pro",
    "u3-rt-pro-beta-1",
    "universal-3-6",
    "universal-3-7-preview",
    "whisper-rt",
}
"""What the service accepts: its own error text lists them (MEASURED). Any other name is refused."""

DEFAULT_MODEL = "universal-3-6-pro"
"""What a session without `speech_model` gets, by MODELS. Measured defaults differed twice in September 2026."""


MULTILINGUAL = "multi"
"""In `language_codes`, alone: the model chooses, as without the parameter."""

# fmt: off
LANGUAGES = frozenset({
    "af", "ar", "ca", "da", "de", "en", "es", "et", "fa", "fi", "fr", "gl", "he", "hi", "it", "ja", "ko", "mr", "nl",
    "nn", "no", "pt", "ro", "ru", "sv", "tr", "ur", "vi", "xh", "yue", "zh", "zu", MULTILINGUAL,
})
# fmt: on
"""What `language_codes` takes; any other value is refused. A measurement counted 33 (MEASURED). The codes stand alike
in pipecat-ai 1.14.0, `services/assemblyai/stt.py`, and bolna 0.11.9, `constants.py`; MULTILINGUAL is in
livekit-plugins-assemblyai 1.8.9, `stt.py` (all on PyPI)."""


class Family(Enum):
    """Models that report turns, and take parameters, alike."""

    UNIVERSAL_STREAMING = "universal-streaming"
    """Word by word; formatting only on request."""
    U3 = "Universal-3"
    """Always formatted; partials are transcribed anew as a whole."""
    WHISPER = "whisper"


def family_of(model: str | None) -> Family:
    """Return the family of a model by its name; None is the service's default."""
    name = model or DEFAULT_MODEL
    if name.startswith("universal-streaming"):
        return Family.UNIVERSAL_STREAMING
    return Family.WHISPER if name.startswith("whisper") else Family.U3


class Kind(Enum):
    """What the text of a value is read as."""

    TEXT = "text"
    FLAG = "true or false"
    NUMBER = "a number"
    COUNT = "a whole number"
    TERMS = "a JSON array of strings"
    NAMES = "a JSON array of strings, or names with commas between them"
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Attributes:
        kind: what the text in the URL is read as; a JSON message carries the same value typed.
        since: year and month from which it is known.
        low, high: least and most of a number, of the characters of a text, or of the items of a list.
        choices: the only texts, or items of a list, that are taken; empty for any.
        clamped: least and most that has an effect: the service takes the nearer one for what is outside.
        live: whether `UpdateConfiguration` may change it in an open session.
        families: the models on which it has an effect; empty for all.
        refused: whether other models refuse it; otherwise they ignore it.
        needs: a parameter without which this one is refused.
        instead: what the vendor says to use now.
        source: where the facts are from, if not from the module's first two sources.
    """

    kind: Kind
    since: str
    low: float = 0
    high: float = float("inf")
    choices: frozenset[str] = frozenset()
    clamped: tuple[float, float] | None = None
    live: bool = False
    families: frozenset[Family] = frozenset()
    refused: bool = False
    needs: str | None = None
    instead: str | None = None
    source: str = ""

    def parse(self, text: str) -> object:
        """Return the value that `text` stands for.

        Raises:
            ValueError: the service refuses it; the text says why, to be read after the parameter's name.
        """
        value = _READ[self.kind](text)
        size = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
        if size is not None and not self.low <= size <= self.high:
            raise ValueError(self._out_of_range())
        if isinstance(value, str) and len(value) > self.high:
            raise ValueError(f"has {len(value)} characters, at most {self.high:g} are allowed")
        if isinstance(value, list) and len(value) > self.high:
            raise ValueError(f"has {len(value)} terms, at most {self.high:g} are allowed")
        if self.choices and not self.choices.issuperset(value if isinstance(value, list) else [value]):
            raise ValueError(f"must be one of {', '.join(sorted(self.choices))}")
        return value

    def _out_of_range(self) -> str:
        if self.high == float("inf"):
            return f"must be at least {self.low:g}"
        return f"must be between {self.low:g} and {self.high:g}"

    def has_effect(self, family: Family) -> bool:
        """Return whether models of `family` honour it."""
        return not self.families or family in self.families


def _flag(text: str) -> bool:
    # The documentation writes true, the vendor's Python SDK sends True.
    if text.lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return text.lower() == "true"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("must be a number") from None


def _count(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text.strip(), re.ASCII):
        raise ValueError("must be a whole number")
    return int(text)


def _json(text: str) -> object:
    try:
        return load_json(text)
    except ValueError:
        raise ValueError("must be JSON") from None


def _terms(text: str) -> list[str]:
    try:
        value = load_json(text)
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a JSON array of strings")
    return value


def _names(text: str) -> list[str]:
    if text.lstrip().startswith(("[", "{")):
        return _terms(text)
    return [name.strip() for name in text.split(",") if name.strip()]


_READ: Mapping[Kind, Callable[[str], object]] = {
    Kind.TEXT: str,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.COUNT: _count,
    Kind.TERMS: _terms,
    Kind.NAMES: _names,
    Kind.JSON: _json,
}

_U3 = frozenset({Family.U3})
_UNIVERSAL = frozenset({Family.UNIVERSAL_STREAMING})
_MODES = frozenset({"min_latency", "balanced", "max_accuracy"})
_INTERRUPTION = "https://github.com/livekit/agents/pull/5819"

#: Their length in time can be told from their bytes only for the first two.
ENCODINGS = frozenset({"pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac"})

PARAMETERS: Mapping[str, Parameter] = {
    # The audio.
    "sample_rate": Parameter(Kind.COUNT, "2025-05", 8000, 96_000, source=MEASURED),
    "encoding": Parameter(Kind.TEXT, "2025-06", choices=ENCODINGS),
    # Who asks, and for which model.
    "token": Parameter(Kind.TEXT, "2025-05"),
    "speech_model": Parameter(Kind.TEXT, "2025-10", choices=SPEECH_MODELS, source=MEASURED),
    "mode": Parameter(Kind.TEXT, "2026-06", choices=_MODES, live=True, families=_U3, refused=True, source=UPDATING),
    # Where a turn ends.
    "end_of_turn_confidence_threshold": Parameter(
        Kind.NUMBER, "2025-05", 0, 1, live=True, families=_UNIVERSAL, instead="max_turn_silence"
    ),
    "min_turn_silence": Parameter(Kind.COUNT, "2026-03", clamped=(50, 10_000), live=True),
    "max_turn_silence": Parameter(Kind.COUNT, "2025-05", live=True),
    "min_end_of_turn_silence_when_confident": Parameter(Kind.COUNT, "2025-05", live=True, instead="min_turn_silence"),
    "vad_threshold": Parameter(Kind.NUMBER, "2025-12", 0, 1, live=True),
    "turn_left_pad_ms": Parameter(Kind.COUNT, "2026-05", live=True),
    "interruption_delay": Parameter(Kind.COUNT, "2026-05", 0, 1000, live=True, families=_U3, source=_INTERRUPTION),
    # What is recognised.
    "keyterms_prompt": Parameter(Kind.TERMS, "2025-09", high=100, live=True),
    "prompt": Parameter(Kind.TEXT, "2025-09", high=1750, live=True, families=_U3, refused=True, source=MEASURED),
    "agent_context": Parameter(Kind.TEXT, "2026-06", high=1750, live=True, families=_U3, refused=True, source=MEASURED),
    "previous_context_n_turns": Parameter(Kind.COUNT, "2026-09", families=_U3, source=JAVASCRIPT),
    "language_codes": Parameter(
        Kind.NAMES, "2026-07", high=10, choices=LANGUAGES, live=True, families=_U3, source=MEASURED
    ),
    "language_code": Parameter(Kind.TEXT, "2025-12", instead="language_codes"),
    "language": Parameter(Kind.TEXT, "2025-05", instead="language_codes"),
    "language_detection": Parameter(Kind.FLAG, "2025-12"),
    "domain": Parameter(Kind.TEXT, "2026-03"),
    "voice_focus": Parameter(Kind.TEXT, "2026-05"),
    "voice_focus_threshold": Parameter(Kind.NUMBER, "2026-05", 0, 1, needs="voice_focus", source=MEASURED),
    "noise_suppression_model": Parameter(Kind.TEXT, "2026-04", instead="voice_focus"),
    "noise_suppression_threshold": Parameter(Kind.NUMBER, "2026-04", 0, 1, instead="voice_focus_threshold"),
    # What is reported.
    "format_turns": Parameter(Kind.FLAG, "2025-06", live=True, families=_UNIVERSAL, source=MODELS),
    "continuous_partials": Parameter(Kind.FLAG, "2026-05", live=True, families=_U3, source=UPDATING),
    "include_partial_turns": Parameter(Kind.FLAG, "2026-05"),
    "speaker_labels": Parameter(Kind.FLAG, "2026-03"),
    "max_speakers": Parameter(Kind.COUNT, "2026-03", 1, 10),
    "speaker_labels_revision_interval_ms": Parameter(Kind.COUNT, "2026-10"),
    "filter_profanity": Parameter(Kind.FLAG, "2025-09", live=True),
    "redact_pii": Parameter(Kind.FLAG, "2026-05"),
    "redact_pii_policies": Parameter(Kind.NAMES, "2026-05", source=MEASURED),
    "redact_pii_sub": Parameter(Kind.TEXT, "2026-05", choices=frozenset({"hash", "entity_name"})),
    "session_heartbeat": Parameter(Kind.FLAG, "2026-07", live=True),
    "acknowledge_silence": Parameter(Kind.FLAG, "2026-10", live=True, families=_U3),
    # What else happens to the session.
    "inactivity_timeout": Parameter(Kind.NUMBER, "2025-12", 5, 3600),
    "webhook_url": Parameter(Kind.TEXT, "2026-02"),
    "webhook_auth_header_name": Parameter(Kind.TEXT, "2026-02"),
    "webhook_auth_header_value": Parameter(Kind.TEXT, "2026-02"),
    "llm_gateway": Parameter(Kind.JSON, "2026-02"),
    "customer_support_audio_capture": Parameter(Kind.FLAG, "2026-05"),
}

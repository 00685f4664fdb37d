"""The words of the two protocols and the map between them (vendor's documentation of v2 and v3)."""

from __future__ import annotations

import re

from codemods.model import Source

_DOCS = "https://www.assemblyai.com/docs/streaming"
MIGRATION = Source(f"{_DOCS}/guides/v2_to_v3_migration", read="2026-11-29")
PARAMETERS = Source(f"{_DOCS}/api-spec/streaming-websocket", read="2026-11-29")
MESSAGES = Source(f"{_DOCS}/universal-streaming/message-sequence", read="2026-11-29")
ERRORS = Source(f"{_DOCS}/common-session-errors-and-closures", read="2026-11-29")
TOKENS = Source(f"{_DOCS}/authenticate-with-a-temporary-token", read="2026-11-29")
BILLING = Source(f"{_DOCS}/universal-streaming", read="2026-11-29")
SDK = Source("https://github.com/AssemblyAI/assemblyai-python-sdk", read="2026-11-29")

_V2_HOST = (
    r"(?P<scheme>wss?://|https?://)?"
    # by its host, or by its path: half-converted programs have one of the two
    r"(?=api\.(?:eu\.)?assemblyai\.com/v[23]/|streaming\.(?:\w+\.)?assemblyai\.com/(?:v2/|v3/realtime/))"
    r"(?P<host>(?:api|streaming)(?:(?P<eu>\.eu)|\.\w+)?\.assemblyai\.com)/v[23]/(?:realtime/)?"
)
V2_SOCKET = re.compile(rf"{_V2_HOST}ws\b", re.IGNORECASE)
V2_TOKEN = re.compile(rf"{_V2_HOST}token\b", re.IGNORECASE)
V3_SOCKET = re.compile(r"(?P<host>streaming(?:(?P<eu>\.eu)|\.\w+)?\.assemblyai\.com)/v3/ws\b", re.IGNORECASE)
V3_ADDRESS = re.compile(r"streaming(\.\w+)?\.assemblyai\.com/v3/(ws|token)\b", re.IGNORECASE)

HOSTS = {"us": "streaming.assemblyai.com", "eu": "streaming.eu.assemblyai.com"}

PARTIAL, FINAL = "PartialTranscript", "FinalTranscript"
TRANSCRIPTS = frozenset({PARTIAL, FINAL})

MESSAGE_TYPES = {
    "SessionBegins": "Begin",
    "SessionInformation": "Termination",
    "SessionTerminated": "Termination",
}
"""v2 message types with one v3 type; the two transcript types become a `Turn` and its flags."""

V2_TYPES = frozenset(MESSAGE_TYPES) | TRANSCRIPTS

V3_TYPES = frozenset(
    {
        "Begin",
        "Turn",
        "SpeechStarted",
        "Termination",
        "Error",
        "Warning",
        "Heartbeat",
        "SpeakerRevision",
        "LLMGatewayResponse",
    }
)

TYPE_KEY = "message_type"


def formats_on_request(speech_model: str) -> bool:
    """Return whether a model formats turns only if `format_turns` asks for it; the others always do (MESSAGES)."""
    return speech_model.startswith("universal-streaming")


def final_flags(speech_model: str) -> tuple[str, ...]:
    """Return the flags that together tell a turn's one final message from every other.

    Where formatting is asked for, a turn may end twice, unformatted and then formatted, or partials may be formatted,
    too: only both flags together are right for all.
    """
    return ("end_of_turn", "turn_is_formatted") if formats_on_request(speech_model) else ("end_of_turn",)


FIELDS = {
    "message_type": "type",
    "session_id": "id",
    "text": "transcript",
    "punctuated": "turn_is_formatted",
    "text_formatted": "turn_is_formatted",
}
"""Keys of v2 messages that only change their name."""

DERIVED_FIELDS = frozenset({"confidence", "audio_start", "audio_end"})
"""Keys that v3 has on words only."""

INACTIVITY_TIMEOUT = 300
"""Seconds without any message of the client, silent audio included, after which a migrated session ends by itself
(`inactivity_timeout`: 5 to 3600, PARAMETERS). v2 closed an idle session after a minute; v3 bills it for three hours."""

CLIENT_TYPES = frozenset({"Terminate", "ForceEndpoint", "UpdateConfiguration", "KeepAlive"})
"""What a client may send as JSON (MESSAGES); anything else ends the session with 3006 (ERRORS)."""

CONTROLS = {
    "terminate_session": "Terminate",
    "force_end_utterance": "ForceEndpoint",
}
SILENCE = "end_utterance_silence_threshold"

PARAMETERS_RENAMED = {"word_boost": "keyterms_prompt", "formatted_finals": "format_turns"}
"""Of v2, and of v3's time of testing."""
PARAMETERS_DROPPED = frozenset({"boost_param", "disable_partial_transcripts", "enable_extra_session_information"})
PARAMETERS_KEPT = frozenset({"sample_rate", "encoding", "token"})
PARAMETERS_V3 = frozenset(
    {
        # the session
        "speech_model",
        "inactivity_timeout",
        "mode",
        # where a turn ends
        "end_of_turn_confidence_threshold",
        "min_turn_silence",
        "max_turn_silence",
        "min_end_of_turn_silence_when_confident",
        "vad_threshold",
        "turn_left_pad_ms",
        "interruption_delay",
        # what is recognised
        "keyterms_prompt",
        "prompt",
        "agent_context",
        "previous_context_n_turns",
        "language_codes",
        "language_code",
        "language",
        "language_detection",
        "domain",
        "voice_focus",
        "voice_focus_threshold",
        "noise_suppression_model",
        "noise_suppression_threshold",
        # what is reported
        "format_turns",
        "continuous_partials",
        "include_partial_turns",
        "speaker_labels",
        "max_speakers",
        "speaker_labels_revision_interval_ms",
        "filter_profanity",
        "redact_pii",
        "redact_pii_policies",
        "redact_pii_sub",
        "session_heartbeat",
        "acknowledge_silence",
        # what else happens
        "webhook_url",
        "webhook_auth_header_name",
        "webhook_auth_header_value",
        "llm_gateway",
        "customer_support_audio_capture",
    }
)
"""What v3 knows beside PARAMETERS_KEPT; anything else it ignores without a word (PARAMETERS)."""

PARAMETERS_REFUSED = frozenset({"mode", "prompt", "agent_context"})
"""What `universal-streaming-*` models refuse (3006); they ignore others of the newer models' (measured, 2026-09)."""

CLOSE_CODES = {
    4000: 3006,
    4001: 1008,
    4002: 1008,
    4003: 1008,
    4008: 3008,
    4029: 3007,
    4031: 3006,
    4032: 3007,
    4033: 3007,
    4034: 3007,
    4100: 3006,
    4101: 3006,
    4102: 3009,
    4104: 3006,
}
CLOSE_CODES_GONE = frozenset({4004, 4010, 4030, 4103, 4105})

AUDIO_KEY = "audio_data"
TERMINATE = "terminate_session"

TOKEN_REDEEM_LIMIT = 600
"""Seconds within which a v3 token must be used, at most."""
SESSION_LIMITS = (60, 10800)
"""Seconds a v3 session may be limited to."""

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
        "Silence",
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

V2_KEYS = frozenset({*FIELDS, "audio_start", "audio_end", "created"})
"""Keys that no v3 message has."""

V3_KEYS = frozenset({*FIELDS.values(), "end_of_turn", "end_of_turn_confidence", "turn_order", "word_is_final"})
"""Keys that no v2 message, and no word of one, had (MESSAGES)."""

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
AUDIO_KEY = "audio_data"
V2_CONTROLS = frozenset({*CONTROLS, SILENCE, AUDIO_KEY})
"""The keys by which a client's message is of v2."""

PARAMETERS_RENAMED = {"word_boost": "keyterms_prompt", "formatted_finals": "format_turns"}
"""Of v2, and of v3's time of testing."""
PARAMETERS_DROPPED = frozenset({"boost_param", "disable_partial_transcripts", "enable_extra_session_information"})
V2_PARAMETERS = PARAMETERS_DROPPED | {"word_boost"}
"""What a query of v3 never has."""
PARAMETERS_KEPT = frozenset({"sample_rate", "encoding", "token"})
PARAMETERS_V3 = {
    "acknowledge_silence": "messages for stretches without speech",
    "agent_context": "what an agent has just said",
    "continuous_partials": "partials at regular times",
    "customer_support_audio_capture": "audio kept for the vendor's support",
    "domain": "recognition for a domain such as medicine",
    "end_of_turn_confidence_threshold": "how sure the end of a turn has to be",
    "filter_profanity": "swearwords masked",
    "format_turns": "punctuated and cased finals",
    "inactivity_timeout": "the end of a session that sends nothing (seconds)",
    "include_partial_turns": "whether turns are sent as they grow",
    "interruption_delay": "how early the first partial is sent (milliseconds)",
    "keyterms_prompt": "terms to expect",
    "language": "a language",
    "language_code": "a language",
    "language_codes": "the languages to expect",
    "language_detection": "the language of each final",
    "llm_gateway": "a language model's answer to each turn",
    "max_speakers": "how many speakers there are at most",
    "max_turn_silence": "the silence that ends a turn in any case (milliseconds)",
    "min_end_of_turn_silence_when_confident": "the older name of min_turn_silence",
    "min_turn_silence": "the silence that ends a turn that seems over (milliseconds)",
    "mode": "latency against accuracy",
    "noise_suppression_model": "the older name of voice_focus",
    "noise_suppression_threshold": "the older name of voice_focus_threshold",
    "previous_context_n_turns": "how many turns are remembered",
    "prompt": "instructions for the model",
    "redact_pii": "personal data masked, and no partials",
    "redact_pii_policies": "which personal data is masked",
    "redact_pii_sub": "what masked data is replaced with",
    "session_heartbeat": "a message every five seconds",
    "speaker_labels": "who speaks",
    "speaker_labels_revision_interval_ms": "how often labels of speakers are corrected",
    "speech_model": "the model",
    "turn_left_pad_ms": "audio before a turn",
    "vad_threshold": "what counts as speech",
    "voice_focus": "background voices suppressed",
    "voice_focus_threshold": "how much of them is suppressed",
    "webhook_auth_header_name": "a header for the webhook",
    "webhook_auth_header_value": "a header for the webhook",
    "webhook_url": "where turns are posted to",
}
"""What v3 takes beside the parameters that v2 had, too, and what each is about (PARAMETERS; the Python SDK 1.8.2)."""
PARAMETERS_U3 = frozenset(
    {
        "acknowledge_silence",
        "agent_context",
        "continuous_partials",
        "interruption_delay",
        "language_codes",
        "mode",
        "previous_context_n_turns",
        "prompt",
    }
)
"""Those of them that only the models of the U3 family know."""
PARAMETERS_REFUSED = frozenset({"agent_context", "mode", "prompt"})
"""Those for which the other models end the session (3006) instead of ignoring them."""

TERMS, TERM_LENGTH = 100, 50
"""Most key terms (more end the session) and their longest (longer ones are ignored): PARAMETERS."""

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
CLOSE_CODES_GONE = {
    4004: "sessions cannot be gone back to",
    4010: "sessions cannot be gone back to",
    4030: "sessions cannot be gone back to",
    4103: "sessions cannot be gone back to",
    4105: "v2 is switched off, and its handshake fails with HTTP 410",
}
"""v2's codes without a counterpart, and what v3 does instead (ERRORS)."""

TERMINATE = "terminate_session"

TOKEN_REDEEM_LIMIT = 600
"""Seconds for which a v3 token opens sessions, at most."""
SESSION_LIMITS = (60, 10800)
"""Seconds a v3 session may be limited to."""

"""The reference client of Streaming v3.

::

    class Show(Listener):
        def on_final(self, turn: Turn) -> None:
            print(turn.text)

    StreamingClient(FileSource(Path("talk.wav")), Show(), StreamingOptions(api_key=key)).run()

Audio comes from a `runtime.sources.Source`. What is not listed here is how the client does it, and may change.
"""

from __future__ import annotations

from runtime.client.client import StreamingClient
from runtime.client.errors import (
    AudioError,
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    DeprecatedApiError,
    InvalidRequestError,
    ProtocolError,
    ServerError,
    SessionClosedError,
    SessionExpiredError,
    StreamingError,
    TerminationTimeoutError,
    TlsError,
    TooManySessionsError,
)
from runtime.client.listener import Listener
from runtime.client.messages import (
    Begin,
    Configuration,
    ErrorMessage,
    Heartbeat,
    LLMGatewayResponse,
    Message,
    Revision,
    Silence,
    SpeakerRevision,
    SpeechStarted,
    Termination,
    Turn,
    Unknown,
    WarningMessage,
    Word,
)
from runtime.client.options import StreamingOptions
from runtime.client.statistics import Statistics

__all__ = [
    "AudioError",
    "AuthenticationError",
    "Begin",
    "Configuration",
    "ConnectError",
    "ConnectionLostError",
    "DeprecatedApiError",
    "ErrorMessage",
    "Heartbeat",
    "InvalidRequestError",
    "LLMGatewayResponse",
    "Listener",
    "Message",
    "ProtocolError",
    "Revision",
    "ServerError",
    "SessionClosedError",
    "SessionExpiredError",
    "Silence",
    "SpeakerRevision",
    "SpeechStarted",
    "Statistics",
    "StreamingClient",
    "StreamingError",
    "StreamingOptions",
    "Termination",
    "TerminationTimeoutError",
    "TlsError",
    "TooManySessionsError",
    "Turn",
    "Unknown",
    "WarningMessage",
    "Word",
]

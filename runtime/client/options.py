"""What a session is opened with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from runtime.client.messages import Json
from runtime.hosts import STREAMING_HOST, socket_url
from runtime.parameters import PARAMETERS, family_of
from runtime.sources.audio import AudioFormat

DEFAULT_URL = socket_url(STREAMING_HOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamingOptions:
    """How to reach the service and what to ask of it. Times are seconds.

    Raises:
        ValueError: settings that cannot work, or not together.
    """

    api_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    """A temporary token; takes the key's place. It opens sessions for ten minutes at most."""
    url: str = DEFAULT_URL
    """Scheme and host; the path of the service is added if there is none."""
    speech_model: str | None = "universal-streaming-english"
    """This one is closest to v2. None leaves it to the service, whose choice and price have changed before."""
    format_turns: bool = True
    """Punctuated and cased finals; the U3 models always format, and are not asked."""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    """Any other parameter of the service, by its name there; lists are sent as JSON."""
    speed: float = 1.0
    """Audio is sent not faster than this factor on real time. The service takes 1; a replay may take more."""
    reconnects: int = 0
    """Attempts in a row that bring no final before giving up; 0: a lost connection is the end."""
    backoff: float = 0.5
    """Before the first attempt; doubles up to 30 with each that follows."""
    buffer: float = 60.0
    """Audio held at most while it cannot be sent, and, for reconnecting, until it is part of a final."""
    connect_timeout: float = 10.0
    io_timeout: float = 10.0
    silence_timeout: float = 30.0
    """After this long without any frame, answers to pings included, the connection counts as lost."""
    drain_timeout: float = 5.0
    """After `stop()`: time to send what is still in the buffer."""
    terminate_timeout: float = 10.0
    """After `Terminate`: time for the rest of the transcript and `Termination`."""

    def __post_init__(self) -> None:
        if not (self.speed > 0 and self.buffer > 0):
            raise ValueError("speed and buffer must be greater than 0")

    def connection_url(self, audio: AudioFormat) -> str:
        """Return the URL of a session with `audio`; parameters that the given URL has already stay as they are."""
        parts = urlsplit(self.url)
        wanted: dict[str, Json] = {
            "sample_rate": audio.sample_rate,
            "encoding": audio.encoding,
            "speech_model": self.speech_model,
            "format_turns": self.format_turns if self._asks_for_format else None,
            **self.parameters,
            **({"token": self.token} if self.token else {}),
        }
        given = parse_qsl(parts.query, keep_blank_values=True)
        names = {name for name, _ in given}
        added = [(name, _value(value)) for name, value in wanted.items() if value is not None and name not in names]
        path = parts.path if parts.path not in ("", "/") else "/v3/ws"
        return urlunsplit((parts.scheme, parts.netloc, path, urlencode([*given, *added]), ""))

    @property
    def _asks_for_format(self) -> bool:
        return PARAMETERS["format_turns"].has_effect(family_of(self.speech_model)) or self.speech_model is None

    def headers(self) -> dict[str, str]:
        """Return the headers of the handshake: the bare key, without "Bearer"."""
        return {"Authorization": self.api_key} if self.api_key and not self.token else {}


def _value(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)

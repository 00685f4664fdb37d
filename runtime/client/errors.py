"""What can go wrong in a streaming session, one class per thing a caller would do differently."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from runtime.close_codes import ERROR_REASON, V3Close
from runtime.jsontext import load_json

_LONGEST_SAYING = 200


class StreamingError(Exception):
    """A streaming session did not go as asked.

    Attributes:
        code: WebSocket close code or HTTP status that told, or None.
        retryable: whether opening another session may help.
    """

    retryable: ClassVar[bool] = False

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message if code is None else f"{message} (code {code})")
        self.code = code


class AuthenticationError(StreamingError):
    """The key or token is missing or refused, or the account may not stream."""


class DeprecatedApiError(StreamingError):
    """The host still speaks v2, which the vendor has switched off."""


class InvalidRequestError(StreamingError):
    """The service refused a parameter or a message."""


class AudioError(StreamingError):
    """The service refused the audio: a chunk outside 50-1000 ms, or far more of it than time has passed."""


class SessionExpiredError(StreamingError):
    """The session reached its longest duration, or sent nothing for as long as `inactivity_timeout` says."""

    retryable = True


class TooManySessionsError(StreamingError):
    """The account's limit of sessions, or of new sessions a minute, is reached."""

    retryable = True


class ServerError(StreamingError):
    """The service failed on its own side."""

    retryable = True


class ConnectError(StreamingError):
    """The host cannot be reached, or does not speak WebSocket."""

    retryable = True


class TlsError(ConnectError):
    """The host's certificate is not trusted, or TLS failed in another way; another attempt will fail alike."""

    retryable = False


class ConnectionLostError(StreamingError):
    """The connection broke, or fell silent, in the middle of a session."""

    retryable = True


class ProtocolError(StreamingError):
    """The other side broke the WebSocket protocol."""

    retryable = True


class SessionClosedError(StreamingError):
    """The service ended the session without being asked, giving no code of its own."""

    retryable = True


class TerminationTimeoutError(StreamingError):
    """`Terminate` was sent and no `Termination` came in time; the end of the transcript may be missing."""


_BY_CODE: dict[int, type[StreamingError]] = {
    V3Close.NORMAL: SessionClosedError,
    1001: ServerError,
    1006: ConnectionLostError,
    1002: ProtocolError,
    1003: InvalidRequestError,
    1007: InvalidRequestError,
    V3Close.UNAUTHORIZED: AuthenticationError,
    V3Close.TOO_BIG: InvalidRequestError,
    V3Close.INTERNAL: ServerError,
    1012: ServerError,
    1013: ServerError,
    V3Close.SERVER_ERROR: ServerError,
    V3Close.INVALID: InvalidRequestError,
    V3Close.AUDIO: AudioError,
    V3Close.EXPIRED: SessionExpiredError,
    V3Close.TOO_MANY_SESSIONS: TooManySessionsError,
    4001: AuthenticationError,
    4002: AuthenticationError,
    4003: AuthenticationError,
    4105: DeprecatedApiError,
}

_MEANING: dict[type[StreamingError], str] = {
    AuthenticationError: "the key was refused",
    AudioError: "the audio was refused: chunks must be 50-1000 ms and not much faster than real time",
    DeprecatedApiError: "this host speaks the v2 API, which is switched off",
    InvalidRequestError: "the request was refused",
    ServerError: "the service failed",
    SessionExpiredError: "the session was open, or silent, for too long",
    TooManySessionsError: "too many sessions at once",
}


def from_close(code: int, reason: str = "") -> StreamingError:
    """Return the error for a WebSocket close frame or an `Error` message, in the service's words where it gave any.

    The codes are the vendor's and RFC 6455's; of v2's own, those that a stale host may still send. Two codes have more
    than one meaning, and the text decides.
    """
    reason = "" if reason == ERROR_REASON else reason
    kind = _BY_CODE.get(code, SessionClosedError)
    if code == V3Close.UNAUTHORIZED and "concurrent" in reason.lower():
        kind = TooManySessionsError
    elif code == V3Close.INVALID and "inactivity" in reason.lower():
        kind = SessionExpiredError
    return kind(reason or _MEANING.get(kind, "the connection was closed"), code)


def from_handshake(status: int, body: str = "") -> StreamingError:
    """Return the error for a handshake that HTTP refused.

    Args:
        status: the HTTP status.
        body: what the service said, possibly empty.
    """
    kind: type[StreamingError]
    if status == HTTPStatus.GONE or "deprecated" in body.lower():
        kind = DeprecatedApiError  # v2 is answered so since March 2026
    elif status in (401, 402, 403):
        kind = AuthenticationError
    elif status == 429:
        kind = TooManySessionsError
    elif status >= 500:
        kind = ServerError
    elif status >= 400:
        kind = InvalidRequestError
    else:
        kind = ConnectError
    return kind(_said(body) or _MEANING.get(kind, "the handshake was refused"), status)


def _said(body: str) -> str:
    """Return what the body of an HTTP answer says, on one line; nothing if it is a web page, as proxies send."""
    try:
        fields = load_json(body)
    except ValueError:
        fields = None
    said = str(fields.get("error") or fields.get("message") or "") if isinstance(fields, dict) else body
    return "" if said.lstrip().startswith("<") else " ".join(said.split())[:_LONGEST_SAYING]

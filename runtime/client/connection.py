"""One WebSocket connection whose every operation ends in bounded time and fails with a typed error."""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from urllib.parse import urlsplit

import websocket
from websocket._abnf import frame_buffer

from runtime.client.errors import (
    ConnectError,
    ConnectionLostError,
    ProtocolError,
    StreamingError,
    TlsError,
    from_close,
    from_handshake,
)

_CLOSE_SECONDS = 2.0
_LARGEST_MESSAGE = 1 << 20
"""Bytes; the longest that the service has been seen to send, a turn of three minutes with all its words, has 60,000."""
_TOO_BIG = 1009
_NO_STATUS = 1005
"""RFC 6455's number for a close frame without a code."""


class _TooBig(websocket.WebSocketPayloadException):
    """A message over the limit."""


class _Frames(frame_buffer):
    """Refuses a message that is too long before it is read; the library has no limit of its own."""

    _message = 0

    def recv_length(self) -> None:
        """Read the length of a frame."""
        super().recv_length()
        length = self.length or 0
        continued = self.header is not None and self.header[4] == websocket.ABNF.OPCODE_CONT
        self._message = self._message + length if continued else length
        if self._message > _LARGEST_MESSAGE:
            raise _TooBig("a message over 1 MiB")


class ClientConnection:
    """A WebSocket; one thread may receive while another sends.

    Args:
        headers: of the handshake, Authorization among them.
        io_timeout: seconds that sending or receiving one frame may take.
        silence_timeout: seconds after which a peer that does not even answer a ping is given up.
    """

    def __init__(self, url: str, headers: Mapping[str, str], io_timeout: float, silence_timeout: float) -> None:
        self._url = url
        self._headers = [f"{name}: {value}" for name, value in headers.items()]
        self._io_timeout = io_timeout
        self._silence_timeout = silence_timeout
        self._socket = websocket.WebSocket()
        self._socket.frame_buffer = _Frames(self._socket._recv, False)
        self._heard = 0.0
        self._pinged = False
        self._aborted = self._overdue = False

    def open(self, timeout: float) -> None:
        """Connect and shake hands within `timeout` seconds each, whatever pieces the answer comes in.

        Raises:
            StreamingError: of the type that says why not.
        """
        self._check_wanted()
        # The library's limit is one for each read: a line of the answer every few seconds would go on for ever.
        limit = threading.Timer(2 * timeout, self._give_up)
        limit.daemon = True
        limit.start()
        try:
            self._shake_hands(timeout)
        except ConnectError as error:
            if self._overdue:
                raise ConnectError(f"no whole answer within {2 * timeout:g} s") from error
            raise
        finally:
            limit.cancel()
        # Not every version of the library takes an unfollowed redirect for a failure.
        if (status := self._socket.getstatus()) != HTTPStatus.SWITCHING_PROTOCOLS:
            raise ConnectError("the host redirects elsewhere, where the key must not go", status)
        self._check_wanted()
        self._socket.settimeout(self._io_timeout)
        self._heard = time.monotonic()

    def _shake_hands(self, timeout: float) -> None:
        try:
            # A redirect would hand the key to another host.
            self._socket.connect(  # type: ignore[no-untyped-call]
                self._url, header=self._headers, timeout=timeout, suppress_origin=True, redirect_limit=0
            )
        except websocket.WebSocketBadStatusException as error:
            if error.status_code is None:
                raise ConnectError("cannot connect: the host does not speak HTTP") from error
            body = error.resp_body or b""
            text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
            raise from_handshake(error.status_code, text) from error
        except (websocket.WebSocketTimeoutException, TimeoutError) as error:
            raise ConnectError(f"no answer within {timeout:g} s") from error
        except ssl.SSLError as error:
            raise TlsError(f"no secure connection: {error}") from error
        except (websocket.WebSocketException, OSError, ValueError) as error:
            host = urlsplit(self._url).netloc  # the rest may hold a token
            raise ConnectError(f"cannot connect to {host}: {getattr(error, 'strerror', None) or error}") from error

    def _give_up(self) -> None:
        self._overdue = True
        self._break()

    def send_audio(self, chunk: bytes) -> None:
        """Send one binary frame.

        Raises:
            StreamingError: the connection is lost.
        """
        with _translated():
            self._socket.send_binary(chunk)

    def send_text(self, message: str) -> None:
        """Send one text frame.

        Raises:
            StreamingError: the connection is lost.
        """
        with _translated():
            self._socket.send_text(message)

    def receive(self, timeout: float) -> bytes | None:
        """Return the next message's bytes, or None if nothing worth telling came within `timeout` seconds.

        Raises:
            StreamingError: the other side closed the connection (also normally), or it is lost.
        """
        with _translated():
            readable = self._readable(timeout)
        if not readable:
            self._check_pulse()
            return None
        with _translated():
            try:
                opcode, frame = self._socket.recv_data_frame(control_frame=True)
            except _TooBig as error:
                with suppress(websocket.WebSocketException, OSError):
                    self._socket.send_close(_TOO_BIG)
                raise ProtocolError(str(error), _TOO_BIG) from None
        self._heard = time.monotonic()
        self._pinged = False
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            code = int.from_bytes(frame.data[:2], "big") if len(frame.data) >= 2 else _NO_STATUS
            raise from_close(code, frame.data[2:].decode("utf-8", "replace"))
        if opcode in (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY):
            return bytes(frame.data)
        return None

    def abort(self) -> None:
        """Make every pending and later operation fail at once; may be called from any thread.

        Only a TCP connection that is still being made is out of reach: that ends by `open`'s own time limit.
        """
        self._aborted = True
        self._break()

    def _break(self) -> None:
        if (sock := self._socket.sock) is not None:
            with suppress(OSError):
                # Not SSLSocket.shutdown: from then on another thread's sends would leave the machine unencrypted.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close politely if the connection still stands, and free the socket; harmless when repeated."""
        self._socket.close(timeout=_CLOSE_SECONDS)
        self._socket.shutdown()  # type: ignore[no-untyped-call]

    def _check_wanted(self) -> None:
        if self._aborted:
            raise ConnectError("given up by the caller")

    def _readable(self, timeout: float) -> bool:
        # A timeout on the socket itself would hold for sending too and could cut a frame in two.
        sock = self._socket.sock
        if sock is None:
            raise ConnectionLostError("the connection is closed")
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return bool(selector.select(timeout))

    def _check_pulse(self) -> None:
        """Ping a peer that has been silent for half of its time; give it up when that has passed."""
        silent = time.monotonic() - self._heard
        if silent > self._silence_timeout:
            raise ConnectionLostError(f"no sign of life for {self._silence_timeout:g} s")
        if silent > self._silence_timeout / 2 and not self._pinged:
            self._pinged = True
            with _translated():
                self._socket.ping()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the library's and the system's exceptions into ours."""
    try:
        yield
    except StreamingError:
        raise
    except (websocket.WebSocketProtocolException, websocket.WebSocketPayloadException) as error:
        raise ProtocolError(f"broken frame: {error}") from error
    except websocket.WebSocketTimeoutException as error:
        raise ConnectionLostError("a frame was not taken or not completed in time") from error
    except (websocket.WebSocketException, OSError, ValueError) as error:
        raise ConnectionLostError(f"the connection was lost: {error}") from error

"""Plays the caller of a web application: asks a URL, or telephones as Twilio does."""

from __future__ import annotations

import html
import http.client
import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import websocket

from migrator.smoke.telephone import call as telephone
from migrator.smoke.telephone.routes import routes
from runtime.recording import Recording

TWILIO = "twilio"
#: Seconds (on the wall) that an application may take for an answer.
_ANSWER = 20.0
#: Seconds (on the wall) in which it may say something after the caller hung up.
_FAREWELL = 5.0
_STREAM = re.compile(r"""<Stream\b[^>]*\burl\s*=\s*["']([^"']+)""", re.IGNORECASE)


class DriveError(Exception):
    """There is nothing to call; the message says what was tried."""


def check_target(target: str) -> str:
    """Return `target` if it says whom to call: `twilio`, or a URL on this machine.

    Raises:
        ValueError: it does not.
    """
    url = urlsplit(target)
    local = url.hostname in ("localhost", "127.0.0.1", "::1")
    if target != TWILIO and not (url.scheme in ("http", "ws") and local and url.port):
        raise ValueError("twilio, or a URL such as http://127.0.0.1:5000/voice or ws://127.0.0.1:5000/media")
    return target


class Caller(threading.Thread):
    """Calls the application once it listens. What it answers goes to `hear`; `problem` says why there was no call.

    Args:
        target: `twilio` (the routes are found in the source), or a URL; see `check_target`.
        silence: seconds of audio between the recording's end and hanging up.
    """

    def __init__(
        self,
        target: str,
        project: Path,
        recording: Recording,
        speed: float,
        silence: float,
        hear: Callable[[str], None],
    ) -> None:
        super().__init__(name="caller", daemon=True)
        self._target, self._project, self._hear = target, project, hear
        self._audio = telephone.mulaw(recording.load_audio(), recording.sample_rate)
        self._speed, self._silence = speed, silence
        self._port = urlsplit(target).port or 0
        self._listening, self._over = threading.Event(), threading.Event()
        self.problem: str | None = None

    def listening(self, port: int) -> None:
        """Note that the application listens."""
        self._port = self._port or port
        if port == self._port:
            self._listening.set()

    def stop(self) -> None:
        """Hang up, whatever is going on."""
        self._over.set()
        self._listening.set()

    def run(self) -> None:
        self._listening.wait()
        if self._over.is_set():
            return
        try:
            stream = self._find_stream()
            if stream is not None:
                self._telephone(stream)
        except DriveError as error:
            self.problem = str(error)
        except (OSError, http.client.HTTPException, websocket.WebSocketException) as error:
            if not self._over.is_set():
                self.problem = f"the call failed: {error}"

    def _find_stream(self) -> str | None:
        """Return the path of the media stream; none if one request was all there was to do."""
        url = urlsplit(self._target)
        path = f"{url.path or '/'}{'?' * bool(url.query)}{url.query}"
        if url.scheme == "ws":
            return path
        if url.scheme == "http":
            return self._ask(path)
        found = routes(self._project)
        for route in found.calls:
            if stream := self._ask(route):
                return stream
        if not found.streams:
            raise DriveError("no route that takes a call or a WebSocket was found in its source: --drive URL")
        return found.streams[0]

    def _ask(self, path: str) -> str | None:
        """Request `path` as Twilio does; return the path of the media stream that the answer names, if it does."""
        call = telephone.Call()
        form = urlencode(
            {"CallSid": call.number, "From": "+15550100001", "To": "+15550100002", "CallStatus": "ringing"}
        )
        for method in ("POST", "GET"):
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER)
            try:
                headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
                connection.request(method, path, form if method == "POST" else None, headers)
                answer = connection.getresponse()
                text = answer.read().decode("utf-8", "replace")
            finally:
                connection.close()
            if answer.status != 405:
                break
        self._hear(f"{method} {path}: {answer.status}")
        self._hear(text)
        found = _STREAM.search(text)
        if found is None:
            return None
        url = urlsplit(html.unescape(found[1]))
        return f"{url.path or '/'}{'?' * bool(url.query)}{url.query}"

    def _telephone(self, path: str) -> None:
        socket = websocket.create_connection(f"ws://127.0.0.1:{self._port}{path}", timeout=_ANSWER)
        listener = threading.Thread(target=self._listen, args=(socket,), name="caller's ear", daemon=True)
        listener.start()
        try:
            call = telephone.Call()
            for message in call.opening():
                socket.send(message)
            start = time.monotonic()
            for number, message in enumerate(call.media(self._audio, self._silence), 1):
                socket.send(message)
                if self._over.wait(start + number * telephone.SECONDS / self._speed - time.monotonic()):
                    return
            socket.send(call.end())
            listener.join(_FAREWELL)
        finally:
            socket.close()

    def _listen(self, socket: websocket.WebSocket) -> None:
        """Hear what the application sends; the audio it plays back is not text."""
        while True:
            try:
                message = socket.recv()
            except (OSError, websocket.WebSocketException):
                return
            if not message:
                return
            if isinstance(message, str) and '"media"' not in message:
                self._hear(_readable(message))


def _readable(message: str) -> str:
    try:
        return json.dumps(json.loads(message), ensure_ascii=False)
    except ValueError:
        return message

"""Plays the caller of a web application: asks a URL, telephones as Twilio does, or presses a page's button."""

from __future__ import annotations

import html
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import websocket

from migrator.smoke.telephone import call as telephone
from migrator.smoke.telephone import gradio
from migrator.smoke.telephone.routes import STARTS, Route, routes
from runtime.recording import Recording

TWILIO = "twilio"
#: Whatever the source declares that takes a call, audio or a request.
AUTO = "auto"
#: Seconds of audio in a message of a browser.
_CHUNK = 0.1
#: Seconds (on the wall) that an application may take for an answer.
_ANSWER = 20.0
#: Seconds (on the wall) in which it may say something after the caller hung up.
_FAREWELL = 5.0
_STREAM = re.compile(r"""<Stream\b[^>]*\burl\s*=\s*["']([^"']+)""", re.IGNORECASE)


class DriveError(Exception):
    """There is nothing to call; the message says what was tried."""


def check_target(target: str) -> str:
    """Return `target` if it says whom to call: `twilio`, or a URL on this machine (http, ws, or pcm for plain audio).

    Raises:
        ValueError: it does not.
    """
    url = urlsplit(target)
    local = url.hostname in ("localhost", "127.0.0.1", "::1")
    if target != TWILIO and not (url.scheme in ("http", "ws", "pcm") and local and url.port):
        raise ValueError("twilio, or a URL such as http://127.0.0.1:5000/voice or ws://127.0.0.1:5000/media")
    return target


class Caller(threading.Thread):
    """Calls the application once it listens. What it answers goes to `hear`; `problem` says why there was no call.

    Args:
        target: `twilio` or `auto` (the routes are found in the source), or a URL; see `check_target`.
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
        connect: Callable[[int, float], socket.socket],
    ) -> None:
        super().__init__(name="caller", daemon=True)
        self._target, self._project, self._hear, self._connect = target, project, hear, connect
        self._pcm, self._rate = recording.load_audio(), recording.sample_rate
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
            self._drive(self._target)
        except DriveError as error:
            self.problem = str(error)
        except (OSError, http.client.HTTPException, websocket.WebSocketException) as error:
            if not self._over.is_set():
                self.problem = f"the call failed: {error}"

    def _drive(self, target: str) -> None:
        url = urlsplit(target)
        path = f"{url.path or '/'}{'?' * bool(url.query)}{url.query}"
        if url.scheme == "ws":
            self._telephone(path)
        elif url.scheme == "pcm":
            self._play(path, self._rate)
        elif url.scheme == "http":
            if (stream := self._ask(path)) is not None:
                self._telephone(stream)
        else:
            self._follow(routes(self._project))

    def _follow(self, found: Sequence[Route]) -> None:
        """Call what the source declares: a telephone call, a socket, or a page that may start something."""
        for route in found:
            if route.kind == "call" and (stream := self._ask(route.path)):
                self._telephone(stream)
                return
        sockets = [route for route in found if route.kind in ("telephone", "audio")]
        pages = [route.path for route in found if route.kind == "page"]
        if sockets and (self._target == TWILIO or sockets[0].kind == "telephone"):
            self._telephone(sockets[0].path)
        elif sockets:
            self._play(sockets[0].path, sockets[0].rate)
        elif self._target == AUTO and pages and (len(pages) == 1 or STARTS.search(pages[0])):
            if (stream := self._ask(pages[0])) is not None:
                self._telephone(stream)
        elif self._target == AUTO and gradio.is_made_with_it(self._project):
            self._press()
        elif self._target == TWILIO:
            raise DriveError("no route that takes a call or a WebSocket was found in its source: --drive URL")
        else:
            url, which = f"http://127.0.0.1:{self._port}/PATH", f" ({', '.join(pages[:6])})" if pages else ""
            raise DriveError(
                f"it serves at port {self._port}, and none of its routes{which} is known to take audio or to start a "
                f"session: add --drive {url}, or pcm://... for a WebSocket that takes audio"
            )

    def _ask(self, path: str) -> str | None:
        """Request `path` as Twilio does; return the path of the media stream that the answer names, if it does."""
        call = telephone.Call()
        form = urlencode(
            {"CallSid": call.number, "From": "+15550100001", "To": "+15550100002", "CallStatus": "ringing"}
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for method, body, named in (("POST", form.encode(), headers), ("GET", None, {})):
            status, answer = self._request(method, path, body, named)
            text = answer.read().decode("utf-8", "replace")
            if status != 405:
                break
        self._hear(f"{method} {path}: {status}")
        self._hear(text)
        found = _STREAM.search(text)
        if found is None:
            return None
        url = urlsplit(html.unescape(found[1]))
        return f"{url.path or '/'}{'?' * bool(url.query)}{url.query}"

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER)
        connection.sock = self._connect(self._port, _ANSWER)
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer

    def _press(self) -> None:
        """Press the button of a Gradio page."""
        target = gradio.endpoint(self._request)
        if target is None:
            raise DriveError("none of the functions of its page takes a recording or starts something: give one a name")
        self._hear(f"calls {target.name} of its page")
        try:
            for text in gradio.call(self._request, target, self._pcm, self._rate):
                self._hear(text)
        except ValueError as error:
            self._hear(str(error))

    def _telephone(self, path: str) -> None:
        stream, listener = self._dial(path)
        try:
            call, audio = telephone.Call(), telephone.mulaw(self._pcm, self._rate)
            for message in call.opening():
                stream.send(message)
            start = time.monotonic()
            for number, message in enumerate(call.media(audio, self._silence), 1):
                stream.send(message)
                if self._over.wait(start + number * telephone.SECONDS / self._speed - time.monotonic()):
                    return
            stream.send(call.end())
            listener.join(_FAREWELL)
        finally:
            stream.close()

    def _play(self, path: str, rate: int) -> None:
        """Send the audio as a browser does: binary messages of 16-bit samples."""
        self._hear(f"sends audio of {rate} Hz to {path}")
        stream, _ = self._dial(path)
        try:
            audio = telephone.resampled(self._pcm, self._rate, rate) + bytes(2 * int(rate * self._silence))
            size = 2 * int(rate * _CHUNK)
            start = time.monotonic()
            for number in range(len(audio) // size):
                stream.send_binary(audio[number * size : (number + 1) * size])
                if self._over.wait(start + (number + 1) * _CHUNK / self._speed - time.monotonic()):
                    return
        finally:
            stream.close()

    def _dial(self, path: str) -> tuple[websocket.WebSocket, threading.Thread]:
        """Open a WebSocket, and listen to it."""
        dialled = websocket.create_connection(
            f"ws://127.0.0.1:{self._port}{path}", timeout=_ANSWER, socket=self._connect(self._port, _ANSWER)
        )
        listener = threading.Thread(target=self._listen, args=(dialled,), name="caller's ear", daemon=True)
        listener.start()
        return dialled, listener

    def _listen(self, stream: websocket.WebSocket) -> None:
        """Hear what the application sends; the audio it plays back is not text."""
        while True:
            try:
                message = stream.recv()
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

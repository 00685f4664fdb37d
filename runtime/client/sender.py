"""The thread of one connection that moves audio from the buffer to the socket, and ends it with `Terminate`."""

from __future__ import annotations

import threading
import time

from runtime.client.buffer import AudioBuffer
from runtime.client.connection import ClientConnection
from runtime.client.controls import Controls
from runtime.client.errors import StreamingError, TerminationTimeoutError
from runtime.client.messages import TERMINATE
from runtime.client.options import StreamingOptions
from runtime.client.statistics import Statistics
from runtime.sources.audio import AudioFormat, Pacer

_TICK = 0.1
"""Seconds between looks at what other threads ask."""
_JOIN_SECONDS = 2.0
_AHEAD_MS = 200.0
"""How far sending may run ahead of the clock; the service refuses audio that is faster than real time."""


class Sender:
    """Sends until the buffer is finished, then terminates the session.

    Args:
        stop: when set, what is in the buffer is still sent, for as long as `options.drain_timeout` allows.
    """

    def __init__(
        self,
        connection: ClientConnection,
        buffer: AudioBuffer,
        audio: AudioFormat,
        stop: threading.Event,
        options: StreamingOptions,
        statistics: Statistics,
        controls: Controls,
    ) -> None:
        self._connection = connection
        self._buffer = buffer
        self._audio = audio
        self._stop = stop
        self._options = options
        self._statistics = statistics
        self._controls = controls
        self._over = threading.Event()
        self._error: StreamingError | None = None
        self._terminated_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="v3-send", daemon=True)

    @property
    def terminated(self) -> bool:
        """Whether `Terminate` is under way."""
        return self._terminated_at is not None

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def check(self, idle: bool) -> None:
        """Raise what should end the session.

        Args:
            idle: whether nothing waits to be received; a close frame would say more than a failed send.

        Raises:
            TerminationTimeoutError: `Terminate` was not answered in time.
            StreamingError: sending failed.
        """
        limit = self._options.terminate_timeout
        if self._terminated_at is not None and time.monotonic() - self._terminated_at > limit:
            raise TerminationTimeoutError(f"no Termination within {limit:g} s of Terminate")
        if idle and self._error is not None:
            raise self._error

    def finish(self) -> None:
        """End the thread; breaks the connection if the thread is stuck in it."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_SECONDS)
            if self._thread.is_alive():
                self._connection.abort()
                self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        try:
            self._send_audio()
            if not self._over.is_set():
                self._terminated_at = time.monotonic()
                self._connection.send_text(TERMINATE)
        except StreamingError as error:
            self._error = error

    def _send_audio(self) -> None:
        pacer = Pacer(self._options.speed, _AHEAD_MS)
        position = 0.0
        drained_by = float("inf")
        while not self._over.is_set() and not self._buffer.finished:
            if self._stop.is_set():
                drained_by = min(drained_by, time.monotonic() + self._options.drain_timeout)
                if time.monotonic() > drained_by:
                    self._buffer.discard()
            while (control := self._controls.take()) is not None:
                self._connection.send_text(control)
            chunk = self._buffer.take(_TICK)
            if chunk is None:
                continue
            duration = self._audio.duration(len(chunk))
            position += duration
            pacer.wait(position, self._over)
            if self._over.is_set():
                return
            self._connection.send_audio(chunk)
            self._statistics.chunks_sent += 1
            self._statistics.audio_sent_ms += duration

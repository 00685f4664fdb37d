"""The reference client of Streaming v3.

Three threads, each the only owner of what it opens, so that whatever ends it also frees it: *capture* owns the audio
source, *session* owns the connection and calls the listener, *send* (one a connection) moves audio from the buffer to
the socket. The caller's thread only waits, so Ctrl+C never hits the middle of a frame.

A session always ends with `Terminate` and a bounded wait for `Termination`, for the vendor bills the time the socket
is open, up to three hours if nobody ends it.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from types import TracebackType
from typing import ParamSpec

from runtime.client.buffer import AudioBuffer
from runtime.client.connection import ClientConnection
from runtime.client.controls import Controls
from runtime.client.errors import ConnectionLostError, DeprecatedApiError, ProtocolError, StreamingError, from_close
from runtime.client.listener import Listener
from runtime.client.messages import Begin, ErrorMessage, Json, MessageError, Termination, Turn, Word, parse
from runtime.client.options import StreamingOptions
from runtime.client.sender import Sender
from runtime.client.statistics import Statistics
from runtime.client.turns import TurnTracker
from runtime.close_codes import V3Close
from runtime.sources.base import Source

log = logging.getLogger(__name__)

_TICK = 0.1
"""Seconds between looks at the clock and at what other threads ask."""
_JOIN_SECONDS = 2.0
_LONGEST_BACKOFF = 30.0

P = ParamSpec("P")


class StreamingClient:
    """Sends a source's audio to the service and tells a listener what comes back. For a single use.

    Args:
        source: where the audio comes from; opened when the connection stands, closed in every case.
        listener: told of everything that happens.
        options: how to reach the service.
    """

    def __init__(self, source: Source, listener: Listener, options: StreamingOptions) -> None:
        self.statistics = Statistics()
        self._source = source
        self._listener = listener
        self._options = options
        self._controls = Controls()
        self._buffer = AudioBuffer(source.audio, options.buffer * 1000, options.reconnects > 0, source.live)
        self._stop = threading.Event()
        self._abort = threading.Event()
        self._done = threading.Event()
        self._failure: BaseException | None = None
        self._listener_failed = False
        self._connection: ClientConnection | None = None
        self._turns_told = 0
        self._capture_thread = threading.Thread(target=self._capture, name="v3-capture", daemon=True)
        self._session_thread = threading.Thread(target=self._run_sessions, name="v3-session", daemon=True)

    @property
    def stopping(self) -> bool:
        """Whether the end was asked for, by `stop` or by a failure."""
        return self._stop.is_set()

    def run(self) -> Statistics:
        """Stream until the audio ends, `stop` is called or Ctrl+C is pressed; a second Ctrl+C does not wait.

        Returns:
            The statistics, also after Ctrl+C.

        Raises:
            StreamingError: the session failed; the type says how. Every resource is free by then.
            SourceError: the audio cannot be read.
            Exception: what the listener raised.
        """
        try:
            self.start()
            self.wait()
        except KeyboardInterrupt:
            self.close()
        finally:
            self.abort()
        if self._failure is not None:
            raise self._failure
        return self.statistics

    def start(self) -> None:
        """Begin; returns at once."""
        self._session_thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Return whether everything is over, waiting up to `timeout` seconds for it."""
        until = None if timeout is None else time.monotonic() + timeout
        # In pieces, for on Windows a wait without end does not notice Ctrl+C.
        while not self._done.wait(0.5 if until is None else min(0.5, max(until - time.monotonic(), 0))):
            if until is not None and time.monotonic() >= until:
                return False
        return True

    def stop(self) -> None:
        """Ask for a proper end: no more audio, `Terminate`, the rest of the transcript. From any thread, any number
        of times; returns at once."""
        self._stop.set()

    def force_endpoint(self) -> None:
        """Have the present turn end now, between two chunks of audio. From any thread, as the next two."""
        self._controls.force_endpoint()

    def keep_alive(self) -> None:
        """Keep a session open that sends no audio, where `inactivity_timeout` would end it."""
        self._controls.keep_alive()

    def update_configuration(self, **settings: Json) -> None:
        """Change parameters of the open session, such as `max_turn_silence` or `keyterms_prompt`.

        They also hold for a session that has to be opened again.
        """
        self._controls.update(settings)

    def close(self) -> None:
        """`stop`, wait for the end as long as the options allow, then free whatever is left; harmless when repeated."""
        self.stop()
        if threading.current_thread() is self._session_thread:
            return  # a listener asked: the session ends when it returns
        if self._session_thread.is_alive() and self.statistics.sessions:
            self.wait(self._options.drain_timeout + self._options.terminate_timeout)
        self.abort()

    def abort(self) -> None:
        """End without any politeness: pending operations fail, threads end, resources are freed."""
        self._abort.set()
        self._stop.set()
        if (connection := self._connection) is not None:
            connection.abort()
        for thread in (self._session_thread, self._capture_thread):
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(_JOIN_SECONDS)
                if thread.is_alive():
                    log.warning("%s has not ended within %g s", thread.name, _JOIN_SECONDS)

    def __enter__(self) -> StreamingClient:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if error is None and self._failure is not None:
            raise self._failure

    # The capture thread.

    def _capture(self) -> None:
        try:
            with closing(self._source.chunks(self._stop)) as chunks:
                for chunk in chunks:
                    self._buffer.put(chunk, self._stop)
        except BaseException as error:
            self._fail(error)
        finally:
            self._buffer.end()

    # The session thread.

    def _run_sessions(self) -> None:
        try:
            self._connect_until_done()
        except BaseException as error:
            self._fail(error)
        finally:
            self._stop.set()
            if self._capture_thread.is_alive():
                self._capture_thread.join(_JOIN_SECONDS)
            self._buffer.discard()
            self.statistics.audio_dropped_ms = self._buffer.dropped_ms
            self._done.set()

    def _connect_until_done(self) -> None:
        failures = 0
        while True:
            finals = self.statistics.finals
            try:
                self._session()
                return
            except StreamingError as error:
                failures = 1 if self.statistics.finals > finals else failures + 1
                if not error.retryable or not self.statistics.sessions or failures > self._options.reconnects:
                    raise
                if self._stop.is_set() or self._failure is not None:
                    raise
                self._buffer.rewind()
                delay = min(self._options.backoff * 2 ** (failures - 1), _LONGEST_BACKOFF) * random.uniform(0.5, 1)
                self._tell(self._listener.on_reconnect, error, delay)
                if self._stop.wait(delay):
                    raise

    def _session(self) -> None:
        """Run one session to its end; a StreamingError says that it ended otherwise than by `Termination`."""
        options = self._options
        url = options.connection_url(self._source.audio)
        self._connection = connection = ClientConnection(
            url, options.headers(), options.io_timeout, options.silence_timeout
        )
        if self._abort.is_set():
            connection.abort()
        tracker = TurnTracker(options.format_turns)
        sender = Sender(
            connection, self._buffer, self._source.audio, self._stop, options, self.statistics, self._controls
        )
        first_turn = self._turns_told
        try:
            connection.open(options.connect_timeout)
            if self.statistics.sessions:
                self._controls.renew()
            self.statistics.sessions += 1
            if self._capture_thread.ident is None:
                self._capture_thread.start()
            sender.start()
            self._receive(connection, tracker, sender, first_turn)
        except BaseException:
            connection.abort()
            raise
        finally:
            sender.finish()
            connection.close()
            self._connection = None
            for turn in tracker.flush():
                self._final(turn, first_turn)

    def _receive(self, connection: ClientConnection, tracker: TurnTracker, sender: Sender, first_turn: int) -> None:
        announced: ErrorMessage | None = None
        until = float("inf")
        while True:
            if self._abort.is_set():
                raise ConnectionLostError("given up by the caller")
            sender.check(idle=False)
            try:
                frame = connection.receive(_TICK)
            except StreamingError as error:
                raise _announced(announced, error) from None
            if frame is None:
                sender.check(idle=True)
                if time.monotonic() > until:
                    silent = ConnectionLostError("the service announced an error and did not close")
                    raise _announced(announced, silent)
                continue
            try:
                message = parse(frame)
            except MessageError as error:
                self.statistics.malformed += 1
                if self._options.reconnects:  # it may have been a final: hear that audio again
                    raise ProtocolError(f"unreadable message: {error}") from error
                log.warning("skipped a message: %s", error)
                continue
            self._tell(self._listener.on_message, message)
            match message:
                case Turn():
                    if tracker.is_partial(message):
                        self.statistics.partials += 1
                        self._tell(self._listener.on_partial, self._in_all_audio(message, first_turn))
                    for turn in tracker.finals(message):
                        self._final(turn, first_turn)
                case Begin():
                    self._tell(self._listener.on_begin, message)
                case ErrorMessage():
                    announced = message
                    until = time.monotonic() + self._options.io_timeout
                case Termination():
                    for turn in tracker.flush():
                        self._final(turn, first_turn)
                    self.statistics.audio_duration_seconds += message.audio_duration_seconds
                    self.statistics.session_duration_seconds += message.session_duration_seconds
                    self._tell(self._listener.on_termination, message)
                    if sender.terminated:
                        return
                    raise from_close(1000, "the service ended the session on its own")

    def _final(self, turn: Turn, first_turn: int) -> None:
        told = self._in_all_audio(turn, first_turn)
        self.statistics.finals += 1
        self._turns_told = max(self._turns_told, told.turn_order + 1)
        if turn.words:
            self._buffer.acknowledge(turn.words[-1].end)
        self._tell(self._listener.on_final, told)

    def _in_all_audio(self, turn: Turn, first_turn: int) -> Turn:
        """Return `turn` counted and timed from the first session's start, as if no connection had been lost."""
        origin = round(self._buffer.origin_ms)
        if not first_turn and not origin:
            return turn
        words = [_later(word, origin) for word in turn.words]
        return replace(turn, turn_order=turn.turn_order + first_turn, words=words)

    def _tell(self, method: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
        if self._listener_failed:
            return
        try:
            method(*arguments, **named)
        except BaseException as error:
            self._listener_failed = True
            self._fail(error)
            self._buffer.discard()

    def _fail(self, error: BaseException) -> None:
        """Keep the first failure, which is the cause of those that follow, and head for the end."""
        if self._failure is None and not self._abort.is_set():
            self._failure = error
        self._stop.set()


def _announced(message: ErrorMessage | None, error: StreamingError) -> StreamingError:
    """Return why a session ended: the service's own words before the close, else the error that ended it."""
    if message is None:
        return error
    if message.error_code is None and "deprecated" in message.error.lower():
        return DeprecatedApiError(message.error, error.code)  # v2 said so, without a code
    return from_close(message.error_code or error.code or V3Close.SERVER_ERROR, message.error)


def _later(word: Word, milliseconds: int) -> Word:
    return replace(word, start=word.start + milliseconds, end=word.end + milliseconds)

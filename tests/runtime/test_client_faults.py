"""Every fault of the replay server: the client ends in bounded time, leaves nothing behind, and says what it was.

The waits of the client are short here; that each test ends is what the run's time limit checks.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

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
    SessionExpiredError,
    StreamingError,
    TerminationTimeoutError,
    TlsError,
    TooManySessionsError,
)
from runtime.client.listener import Listener
from runtime.client.messages import Turn
from runtime.client.options import StreamingOptions
from runtime.replay import Limits, ReplayServer
from runtime.replay.faults import FAULTS
from runtime.sources import FileSource
from runtime.tls import throwaway
from tests.runtime.speech import client_threads, sockets_to

SESSIONS = Path(__file__).parents[2] / "fixtures" / "sessions"
FINALS = ["Good morning everyone.", "The meeting starts at ten.", "Please bring your notes."]
STARTS = [250, 2766, 5986]
"""When each final's first word begins, ms."""
SPEED = 16.0
OPTIONS = StreamingOptions(
    api_key="test key",
    speed=SPEED,
    backoff=0.01,
    connect_timeout=2,
    io_timeout=2,
    silence_timeout=1,
    drain_timeout=1,
    terminate_timeout=2,
)
pytestmark = pytest.mark.timeout(60)


class Finals(Listener):
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.errors: list[StreamingError] = []

    def on_final(self, turn: Turn) -> None:
        self.texts.append(turn.transcript)
        self.starts.append(turn.words[0].start)

    def on_reconnect(self, error: StreamingError, delay: float) -> None:
        self.errors.append(error)


class Recording:
    """The fixture's audio; knows whether it is open."""

    live = False

    def __init__(self, name: str = "dictation") -> None:
        self._file = FileSource(SESSIONS / f"{name}.wav", speed=SPEED)
        self.audio = self._file.audio
        self.is_open = False

    def chunks(self, stop: threading.Event) -> Generator[bytes, None, None]:
        self.is_open = True
        try:
            with closing(self._file.chunks(stop)) as chunks:
                yield from chunks
        finally:
            self.is_open = False


def run(url: str, listener: Listener, options: StreamingOptions = OPTIONS, name: str = "dictation") -> StreamingClient:
    """Run a client and check that nothing is left of it."""
    source = Recording(name)
    client = StreamingClient(source, listener, replace(options, url=url))
    try:
        client.run()
    finally:
        assert client_threads() == []
        assert not source.is_open
        assert sockets_to(int(url.rpartition(":")[2].partition("/")[0])) == 0
    return client


ENDS: list[tuple[str, type[StreamingError], int | None]] = [
    ("limit_data:bytes=2300", ConnectionLostError, None),
    ("reset_peer@4000", ConnectionLostError, None),
    ("timeout@4000", ConnectionLostError, None),
    ("close:code=1008@begin", AuthenticationError, 1008),
    ("close:code=3005@4000", ServerError, 3005),
    ("close:code=3006@4000", InvalidRequestError, 3006),
    ("close:code=3007@4000", AudioError, 3007),
    ("close:code=3008@4000", SessionExpiredError, 3008),
    ("close:code=3009@4000", TooManySessionsError, 3009),
    ("garbage@4000", ProtocolError, None),
    ("invalid_utf8@4000", ProtocolError, None),
    ("no_termination", TerminationTimeoutError, None),
    ("timeout@terminate", ConnectionLostError, None),
    ("reset_peer@terminate", ConnectionLostError, None),
    ("refuse:status=401", AuthenticationError, 401),
    ("refuse:status=429", TooManySessionsError, 429),
    ("refuse:status=503", ServerError, 503),
]
"""Faults that end a session, the client's error and its code."""

HARMLESS = [
    "latency:ms=60,jitter=40",
    "slicer:size=7,ms=1",
    "not_json@4000",
    "unknown_type@4000",
    "duplicate_turns",
    "reorder_turns",
    "no_begin",
    "no_close",
]
"""Faults that a client has to live with."""

ELSEWHERE = {"truncated_json", "deprecated"}
"""Faults with tests of their own."""


def test_no_fault_is_forgotten() -> None:
    assert {fault.partition(":")[0].partition("@")[0] for fault in [*HARMLESS, *(end[0] for end in ENDS)]} == (
        set(FAULTS) - ELSEWHERE
    )


@pytest.mark.parametrize(("fault", "kind", "code"), ENDS)
def test_a_fault_that_ends_the_session_is_a_typed_error(
    fault: str, kind: type[StreamingError], code: int | None
) -> None:
    listener = Finals()
    with (
        ReplayServer(SESSIONS / "dictation-f1.jsonl", speed=SPEED, faults=[fault]) as server,
        pytest.raises(StreamingError) as caught,
    ):
        run(server.url, listener)
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert listener.texts == FINALS[: len(listener.texts)]


@pytest.mark.parametrize("session", ["f1", "f2", "f3"])
@pytest.mark.parametrize("fault", HARMLESS)
def test_a_harmless_fault_costs_no_final(fault: str, session: str) -> None:
    listener = Finals()
    with ReplayServer(SESSIONS / f"dictation-{session}.jsonl", speed=SPEED, faults=[fault]) as server:
        client = run(server.url, listener)
        [record] = server.wait_for_sessions()
    assert listener.texts == FINALS
    assert record.terminated
    assert record.violations == []
    assert client.statistics.malformed == fault.startswith("not_json")


BROKEN = [
    *(fault for fault, kind, _ in ENDS if kind.retryable and not fault.startswith("refuse")),
    "truncated_json@3000",
    "truncated_json@5200",
    "not_json@4000",
]
"""Faults after which another session can go on; a message that cannot be read may have been a final."""


@pytest.mark.parametrize("session", ["f1", "f2", "f3"])
@pytest.mark.parametrize("fault", BROKEN)
def test_reconnecting_after_a_fault_loses_no_final_and_doubles_none(fault: str, session: str) -> None:
    listener = Finals()
    name, at, moment = fault.partition("@")
    once = f"{name}{',' if ':' in name else ':'}times=1{at}{moment}"
    recording = SESSIONS / f"dictation-{session}.jsonl"
    with ReplayServer(recording, speed=SPEED, faults=[once], resume=True) as server:
        client = run(server.url, listener, replace(OPTIONS, reconnects=3))
        records = server.wait_for_sessions(2)
    assert listener.texts == FINALS
    assert client.statistics.sessions == len(records) == 2
    assert [error.retryable for error in listener.errors] == [True]
    assert records[-1].violations == []
    # Times count from the first session's start, as if nothing had happened; rounding may cost a millisecond.
    assert listener.starts == [pytest.approx(start, abs=1) for start in STARTS]


def test_a_connection_lost_between_the_raw_and_the_formatted_end_costs_no_more_than_the_format() -> None:
    listener = Finals()
    faults = ["reset_peer:times=1@2250"]
    with ReplayServer(SESSIONS / "dictation-f1.jsonl", speed=SPEED, faults=faults, resume=True) as server:
        run(server.url, listener, replace(OPTIONS, reconnects=3))
    assert [text.lower().rstrip(".") for text in listener.texts] == [final.lower().rstrip(".") for final in FINALS]


def test_an_outage_is_survived_by_trying_until_the_server_is_back() -> None:
    recording = SESSIONS / "dictation-f1.jsonl"

    class Outage(Finals):
        """The server goes when the connection is lost, and is back after some attempts."""

        back: ReplayServer | None = None

        def on_reconnect(self, error: StreamingError, delay: float) -> None:
            super().on_reconnect(error, delay)
            if len(self.errors) == 1:
                server.__exit__(None, None, None)
            if len(self.errors) == 4:
                self.back = ReplayServer(recording, port=port, speed=SPEED, resume=True)
                self.back.__enter__()

    listener = Outage()
    server = ReplayServer(recording, speed=SPEED, faults=["reset_peer@4000"])
    server.__enter__()
    port = server.port
    client = StreamingClient(Recording(), listener, replace(OPTIONS, url=server.url, reconnects=9))
    try:
        client.run()
    finally:
        assert listener.back is not None
        listener.back.__exit__(None, None, None)
    assert listener.texts == FINALS
    assert [type(error) for error in listener.errors] == [ConnectionLostError] + [ConnectError] * 3


def test_a_truncated_message_is_skipped_by_a_client_that_does_not_reconnect() -> None:
    listener = Finals()
    with ReplayServer(SESSIONS / "dictation-f1.jsonl", speed=SPEED, faults=["truncated_json@3000"]) as server:
        client = run(server.url, listener)
    assert listener.texts == FINALS
    assert client.statistics.malformed == 1


@pytest.mark.parametrize("answer", ["410", "401", "4105"])
def test_a_host_that_still_speaks_v2_is_named_as_such(answer: str) -> None:
    recording = SESSIONS / "dictation-f1.jsonl"
    with (
        ReplayServer(recording, api="v3", faults=[f"deprecated:as={answer}"]) as server,
        pytest.raises(DeprecatedApiError) as caught,
    ):
        run(f"{server.url}/v2/realtime/ws", Finals(), replace(OPTIONS, speed=1))
    assert caught.value.code == int(answer)


def test_a_session_that_fails_on_the_server_keeps_the_finals_before() -> None:
    listener = Finals()
    with ReplayServer(SESSIONS / "server-error.jsonl", speed=SPEED) as server, pytest.raises(ServerError) as caught:
        run(server.url, listener, name="server-error")
    assert caught.value.code == 3005
    assert listener.texts == ["Everything works today."]


def test_a_long_silence_is_no_reason_to_give_up() -> None:
    listener = Finals()
    with ReplayServer(SESSIONS / "long-silence.jsonl", speed=SPEED) as server:
        run(server.url, listener, replace(OPTIONS, silence_timeout=0.5), "long-silence")
    assert listener.texts == ["Hold the line please.", "Thank you for waiting."]


def test_a_key_that_is_refused_never_opens_the_source() -> None:
    with (
        ReplayServer(SESSIONS / "dictation-f1.jsonl", keys=["another key"]) as server,
        pytest.raises(AuthenticationError) as caught,
    ):
        run(server.url, Finals())
    assert caught.value.code in (401, 1008)


def test_parameters_that_are_refused() -> None:
    with ReplayServer(SESSIONS / "dictation-f1.jsonl") as server, pytest.raises(InvalidRequestError):
        run(server.url, Finals(), replace(OPTIONS, speech_model=""))


def test_too_many_sessions() -> None:
    with (
        ReplayServer(SESSIONS / "dictation-f1.jsonl", speed=SPEED, limits=Limits(sessions=0)) as server,
        pytest.raises(TooManySessionsError),
    ):
        run(server.url, Finals())


def test_tls_that_is_trusted_and_tls_that_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = throwaway()
    with ReplayServer(SESSIONS / "dictation-f1.jsonl", speed=SPEED, tls=made.context) as server:
        with pytest.raises(TlsError):
            run(server.url, Finals())
        trusted = tmp_path / "ca.pem"
        made.write(trusted)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        listener = Finals()
        run(server.url, listener)
    assert listener.texts == FINALS

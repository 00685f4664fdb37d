"""The reference client against a server that hears what it is sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.sync.server import ServerConnection

from runtime.client.client import StreamingClient
from runtime.client.errors import AudioError, ConnectError, ConnectionLostError, StreamingError
from runtime.client.listener import Listener
from runtime.client.messages import Begin, Termination, Turn
from runtime.client.options import StreamingOptions
from runtime.sources import SourceError
from tests.runtime.speech import (
    AUDIO,
    Fault,
    SpeechServer,
    Spoken,
    client_threads,
    reset,
    sockets_to,
    speech_server,
    spoken,
    text,
)

TURNS = [[1, 2, 3], [4], [5, 6, 7, 8], [9, 10]]
FINALS = [text(turn) for turn in TURNS]
FAST = StreamingOptions(api_key="test key", speed=50, backoff=0.01, terminate_timeout=5)


class Recorder(Listener):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.finals: list[Turn] = []
        self.partials: list[Turn] = []
        self.begins: list[Begin] = []
        self.terminations: list[Termination] = []
        self.reconnects: list[StreamingError] = []

    def on_begin(self, begin: Begin) -> None:
        self.begins.append(begin)

    def on_partial(self, turn: Turn) -> None:
        self.partials.append(turn)

    def on_final(self, turn: Turn) -> None:
        self.finals.append(turn)

    def on_termination(self, termination: Termination) -> None:
        self.terminations.append(termination)

    def on_reconnect(self, error: StreamingError, delay: float) -> None:
        self.reconnects.append(error)

    @property
    def texts(self) -> list[str]:
        return [turn.transcript for turn in self.finals]


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert client_threads() == []


def run(server: SpeechServer, source: Spoken, listener: Recorder, options: StreamingOptions) -> StreamingClient:
    """Run a client and check that it has freed everything, however it ended."""
    client = StreamingClient(source, listener, replace(options, url=server.url))
    try:
        client.run()
    finally:
        assert client_threads() == []
        assert sockets_to(server.port) == 0
        assert not source.is_open
    return client


@pytest.mark.parametrize("variant", ["F1", "F2"])
def test_every_final_comes_once_in_order(variant: str) -> None:
    listener = Recorder()
    with speech_server(variant) as server:
        client = run(server, Spoken(spoken(TURNS)), listener, FAST)
    assert listener.texts == FINALS
    assert [turn.turn_order for turn in listener.finals] == [0, 1, 2, 3]
    assert [turn.text for turn in listener.partials][:3] == {
        "F1": ["w1", "w1 w2", "w1 w2 w3"],
        "F2": ["w1", "w1 w2", "w1 w2 w3"],
    }[variant]
    assert server.controls == ['{"type": "Terminate"}']
    assert server.audio == [spoken(TURNS)]
    assert client.statistics.finals == 4
    assert client.statistics.audio_sent_ms == AUDIO.duration(len(spoken(TURNS)))
    assert len(listener.terminations) == 1


def test_unformatted_finals_come_once() -> None:
    listener = Recorder()
    with speech_server("F1'") as server:
        run(server, Spoken(spoken(TURNS)), listener, replace(FAST, format_turns=False))
    assert listener.texts == [" ".join(f"w{word}" for word in turn) for turn in TURNS]


def test_a_raw_final_without_a_formatted_twin_is_told_at_the_end() -> None:
    listener = Recorder()
    with speech_server("F1'") as server:
        run(server, Spoken(spoken(TURNS)), listener, FAST)
    assert listener.texts == [" ".join(f"w{word}" for word in turn) for turn in TURNS]


def test_the_url_carries_what_the_service_requires_and_the_key_only_in_a_header() -> None:
    with speech_server() as server:
        run(server, Spoken(spoken([[1]])), Recorder(), replace(FAST, parameters={"keyterms_prompt": ["a b", "c"]}))
    url = urlsplit(server.paths[0])
    assert url.path == "/v3/ws"
    assert parse_qs(url.query) == {
        "sample_rate": ["8000"],
        "encoding": ["pcm_s16le"],
        "speech_model": ["universal-streaming-english"],
        "format_turns": ["true"],
        "keyterms_prompt": ['["a b", "c"]'],
    }
    assert "test key" not in repr(FAST)


@pytest.mark.parametrize("wrong", [{"speed": 0}, {"buffer": -1}])
def test_options_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be greater|opens one session"):
        StreamingOptions(**wrong)


def test_a_token_takes_the_keys_place() -> None:
    with speech_server() as server:
        run(server, Spoken(spoken([[1]])), Recorder(), replace(FAST, token="a token"))
    assert parse_qs(urlsplit(server.paths[0]).query)["token"] == ["a token"]
    assert replace(FAST, token="a token").headers() == {}
    assert "a token" not in repr(replace(FAST, token="a token"))


def at(milliseconds: float, what: Fault, sessions: int = 1) -> Fault:
    """Return the fault `what` at a moment of the audio clock of each of the first `sessions`."""

    def fault(connection: ServerConnection, session: int, position: float) -> None:
        if session < sessions and position >= milliseconds:
            what(connection, session, position)

    return fault


@pytest.mark.parametrize("moment", [100, 900, 1250, 1400, 1500, 2100, 3000, 4100])
@pytest.mark.parametrize("milliseconds", [50, 130, 1000])
def test_reconnecting_loses_no_word_and_doubles_none(moment: int, milliseconds: float) -> None:
    """The connection breaks in silence, in a word, between words, before and after a final."""
    listener = Recorder()
    source = Spoken(spoken(TURNS), milliseconds=milliseconds)
    with speech_server(fault=at(moment, lambda connection, *_: reset(connection))) as server:
        client = run(server, source, listener, replace(FAST, reconnects=3))
    assert listener.texts == FINALS
    assert [turn.turn_order for turn in listener.finals] == [0, 1, 2, 3]
    assert [word.start for turn in listener.finals for word in turn.words] == STARTS
    assert client.statistics.sessions == 2
    assert [type(error) for error in listener.reconnects] == [ConnectionLostError]
    assert source.opened == 1
    assert all(50 <= AUDIO.duration(size) <= 1000 for size in server.chunk_sizes)


def _starts() -> list[int]:
    starts, now = [], 0
    for turn in TURNS:
        for _ in turn:
            starts.append(now)
            now += 300
        now += 500
    return starts


STARTS = _starts()
"""When each word of TURNS begins, ms of all the audio."""


def test_reconnecting_survives_one_break_after_another() -> None:
    listener = Recorder()
    with speech_server(fault=at(1500, lambda connection, *_: reset(connection), sessions=3)) as server:
        client = run(server, Spoken(spoken(TURNS)), listener, replace(FAST, reconnects=2))
    assert listener.texts == FINALS
    assert client.statistics.sessions == len(server.audio) == 4


def test_reconnecting_gives_up_after_so_many_attempts_without_a_final() -> None:
    listener = Recorder()
    fault = at(100, lambda connection, *_: reset(connection), sessions=99)
    with speech_server(fault=fault) as server, pytest.raises(ConnectionLostError):
        run(server, Spoken(spoken(TURNS)), listener, replace(FAST, reconnects=3))
    assert len(server.audio) == 4


def test_what_cannot_be_helped_is_not_tried_again() -> None:
    fault = at(100, lambda connection, *_: connection.close(3007, "Transmission rate exceeded"))
    with speech_server(fault=fault) as server, pytest.raises(AudioError, match="Transmission rate exceeded") as caught:
        run(server, Spoken(spoken(TURNS)), Recorder(), replace(FAST, reconnects=3))
    assert caught.value.code == 3007
    assert len(server.audio) == 1


def test_a_lost_connection_keeps_the_finals_it_had() -> None:
    listener = Recorder()
    fault = at(1700, lambda connection, *_: reset(connection))
    with speech_server(fault=fault) as server, pytest.raises(ConnectionLostError):
        run(server, Spoken(spoken(TURNS)), listener, FAST)
    assert listener.texts == FINALS[:1]


def test_nobody_listens_at_the_port() -> None:
    source = Spoken(spoken(TURNS))
    with speech_server() as server:
        port = server.port
    with pytest.raises(ConnectError):
        StreamingClient(source, Recorder(), replace(FAST, url=f"ws://127.0.0.1:{port}", reconnects=3)).run()
    assert source.opened == 0


@pytest.mark.parametrize("method", ["on_begin", "on_partial", "on_final", "on_message", "on_termination"])
def test_an_exception_of_the_listener_ends_the_session_properly(method: str) -> None:
    class Broken(Recorder):
        pass

    def fail(*_: object) -> None:
        raise LookupError(method)

    setattr(Broken, method, fail)
    source = Spoken(spoken(TURNS))
    with speech_server() as server:
        with pytest.raises(LookupError, match=method):
            run(server, source, Broken(), FAST)
        assert server.controls == ['{"type": "Terminate"}']


def test_a_source_that_fails_ends_the_session_properly_and_its_audio_is_still_transcribed() -> None:
    class Failing(Spoken):
        def chunks(self, stop: threading.Event) -> Iterator[bytes]:  # type: ignore[override]
            yield from super().chunks(stop)
            raise SourceError("unplugged")

    listener = Recorder()
    with speech_server() as server:
        with pytest.raises(SourceError, match="unplugged"):
            run(server, Failing(spoken(TURNS)), listener, FAST)
        assert server.controls == ['{"type": "Terminate"}']
    assert listener.texts == FINALS


def test_stop_from_a_listener_sends_terminate_and_tells_the_rest() -> None:
    class Stopping(Recorder):
        def on_final(self, turn: Turn) -> None:
            super().on_final(turn)
            client.stop()
            client.close()

    class Endless(Spoken):
        def chunks(self, stop: threading.Event) -> Iterator[bytes]:  # type: ignore[override]
            while not stop.is_set():
                yield from super().chunks(stop)

    listener = Stopping()
    source = Endless(spoken(TURNS))
    with speech_server() as server:
        client = StreamingClient(source, listener, replace(FAST, url=server.url, buffer=2))
        client.run()
        assert sockets_to(server.port) == 0
    assert len(listener.terminations) == 1
    assert listener.texts[0] == FINALS[0]
    assert not source.is_open


def test_closing_twice_and_never_starting_are_harmless() -> None:
    with speech_server() as server:
        client = StreamingClient(Spoken(b""), Recorder(), replace(FAST, url=server.url))
        client.close()
        client = StreamingClient(Spoken(spoken(TURNS)), Recorder(), replace(FAST, url=server.url, speed=1))
        with client:
            client.close()
            client.close()
        assert sockets_to(server.port) == 0


def test_an_empty_source_opens_and_terminates() -> None:
    listener = Recorder()
    with speech_server() as server:
        run(server, Spoken(b""), listener, FAST)
    assert listener.texts == []
    assert len(listener.terminations) == 1

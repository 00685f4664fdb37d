"""A session that is kept open without sending, on purpose, is given no limit; any other one is."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate

RAW = """\
import json
import threading

import websocket

talking = threading.Event()


class Desk:
    def __init__(self, mic):
        self.mic = mic
        self.muted = False
        self.running = False

    def mute(self):
        SWITCH

    def unmute(self):
        BACK

    def start(self):
        self.running = True
        self.ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
        threading.Thread(target=self.feed).start()

    def stop(self):
        self.running = False
        self.ws.send(json.dumps({"terminate_session": True}))
        self.ws.close()

    def feed(self):
        while self.running:
            sound = self.mic.read(1600)
            if TEST:
                continue
            self.ws.send_binary(sound)
"""
END = '        self.ws.send(json.dumps({"terminate_session": True}))\n        self.ws.close()\n'
SDK = """\
import threading

import assemblyai as aai

talking = threading.Event()
muted = False


def mute():
    global muted
    SWITCH


def unmute():
    global muted
    BACK


def feed(mic):
    session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)
    session.connect()
    for sound in mic:
        if TEST:
            continue
        session.stream(sound)
    session.close()
"""
PAUSED = {
    "a flag": ("X = True", "X = False", "X"),
    "a flag turned round": ("X = not X", "print(X)", "not X"),
    "an event": ("talking.clear()", "talking.set()", "not talking.is_set()"),
}
BUSY = {
    "no sound": ("print(X)", "print(X)", "not sound"),
    "an end": ("X = True", "print(X)", "X"),
    "a switch for something else": ("X = True", "X = False", "not sound"),
    "an event that is set once": ("talking.set()", "print(X)", "talking.is_set()"),
}


def program(template: str, parts: tuple[str, str, str]) -> str:
    name = "self.muted" if template is RAW else "muted"
    switch, back, test = (part.replace("X", name) for part in parts)
    return template.replace("SWITCH", switch).replace("BACK", back).replace("TEST", test)


@pytest.mark.parametrize("template", [RAW, SDK], ids=["raw", "sdk"])
@pytest.mark.parametrize("kind", PAUSED)
def test_a_pause_that_the_program_makes_is_no_reason_to_end_the_session(template: str, kind: str) -> None:
    result = migrate(program(template, PAUSED[kind]))
    assert "inactivity_timeout=300" not in result.text
    told = [message for code in ("V3M101", "V3M601") for message in result.fixed(code)]
    assert any("no inactivity_timeout, since" in message for message in told)


@pytest.mark.parametrize("template", [RAW, SDK], ids=["raw", "sdk"])
@pytest.mark.parametrize("kind", BUSY)
def test_a_session_that_is_fed_all_the_time_has_a_limit(template: str, kind: str) -> None:
    assert "inactivity_timeout" in migrate(program(template, BUSY[kind])).text


def test_events_that_are_waited_for_are_pauses_too() -> None:
    waiting = SDK.replace("        if TEST:\n            continue\n", "        talking.wait()\n")
    source = waiting.replace("SWITCH", "talking.clear()").replace("BACK", "talking.set()")
    assert "inactivity_timeout" not in migrate(source).text


@pytest.mark.parametrize(
    ("kind", "time"), [(PAUSED["a flag"], "for up to three hours"), (BUSY["an end"], "until 5 minutes pass")]
)
def test_what_a_session_costs_that_nobody_ends_is_said_as_it_is(kind: tuple[str, str, str], time: str) -> None:
    told = migrate(program(RAW, kind).replace(END, ""), Options(todo=False)).left("V3M510")
    told += migrate(program(SDK.replace("    session.close()\n", ""), kind)).left("V3M601")
    assert len(told) == 2
    assert all(f"billed {time}" in message.replace("billed, ", "billed ") for message in told)


def test_a_limit_that_the_program_sets_is_the_one_that_is_named() -> None:
    raw = (
        program(RAW, BUSY["an end"])
        .replace(END, "")
        .replace("sample_rate=16000", "sample_rate=16000&inactivity_timeout=60")
    )
    (told,) = migrate(raw, Options(todo=False)).left("V3M510")
    assert "billed until its inactivity_timeout passes without a message" in told

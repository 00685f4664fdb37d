"""What a report says first, and where: one cause, its place in the program, and what led to it."""

from __future__ import annotations

from pathlib import Path

from migrator.smoke.checks.judge import judge
from migrator.smoke.report.terminal import terminal
from migrator.smoke.sandbox import Conditions, Program, run
from migrator.smoke.trial import trials
from scripts import matrix
from tests.end_to_end.apps import SPEED, dictation

OPENING = """
import json, signal, threading
import websocket

URL = "wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true"
ws = websocket.create_connection(URL, header={"Authorization": "key"})
begin = json.loads(ws.recv())
"""
CHAINED = """
def started():
    try:
        return begin["session_id"]
    except KeyError as error:
        raise RuntimeError("no session after 0.123 s in " + __file__) from error

started()
"""
HANGS = """
def waits_for_ever():
    threading.Event().wait()

signal.signal(signal.SIGINT, signal.SIG_IGN)
worker = threading.Thread(target=waits_for_ever)
worker.start()
ws.send(json.dumps({"type": "Terminate"}))
"""


def program(folder: Path, text: str) -> Program:
    (folder / "bot.py").write_text(OPENING + text)
    return Program(folder, ("bot.py",), matrix.interpreter("websocket-client-newest"))


def test_an_exception_names_what_led_to_it_once_for_all_variants(tmp_path: Path) -> None:
    found = list(trials("bot.py", program(tmp_path, CHAINED), None, Conditions(dictation(), speed=SPEED), ["F1", "F2"]))
    text = terminal(found, color=False, with_timeline=False)
    # The folder of a run is another one each time, and is no business of the reader.
    cause = "RuntimeError: no session after 0.123 s in bot.py at bot.py:13; from KeyError: 'session_id' at bot.py:11"
    assert text.count(f"  FAIL exceptions {cause}\n                  at bot.py:11\n") == 1
    assert "[F1]" not in text
    # What it brought about is no advice of its own.
    assert text.count("->") == 1
    assert "  then audio      no audio was sent\n" in text


def test_a_thread_that_does_not_end_is_named_by_its_line(tmp_path: Path) -> None:
    found = judge(run(program(tmp_path, HANGS), Conditions(dictation(), speed=SPEED, timeout=4)))
    ends = next(check for check in found.checks if check.name == "ends")
    assert "it had to be killed; still running: Thread-1" in ends.evidence
    assert "(bot.py:10 in waits_for_ever)" in ends.evidence
    assert ends.where == "bot.py:10"

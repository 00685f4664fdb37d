"""The pytest plug-in, in runs of pytest of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.hosts import V3_HOSTS
from runtime.recording import read
from runtime.redirection import environment
from runtime.replay import ReplayServer
from runtime.testing import serve
from runtime.tls import throwaway
from scripts.matrix import interpreter
from tests.runtime.sessions import FINALS, FOLDER, SPEED, recording

pytest_plugins = ["pytester"]

CLIENTS = """
import json, pytest, ssl, subprocess
import websocket

BEFORE = ssl.create_default_context()

URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"
FAST = pytest.mark.v3_recording(DICTATION, speed=50)


def is_final(message):
    return message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]


def websocket_client(audio, spoil=lambda chunk: chunk):
    shown = []
    ws = websocket.create_connection(URL, header={"Authorization": "key"})
    for start in range(0, len(audio), 3200):
        ws.send_binary(spoil(audio[start : start + 3200]))
    ws.send(json.dumps({"type": "Terminate"}))
    while True:
        message = json.loads(ws.recv())
        if is_final(message):
            shown.append(message["transcript"])
        if message["type"] in ("Termination", "Error"):
            ws.close()
            return shown


@FAST
def test_what_is_seen(v3_server):
    assert websocket_client(v3_server.audio()) == v3_server.finals
    [session] = v3_server.sessions
    assert bytes(session.audio) == v3_server.audio()
    assert session.messages[0]["type"] == "Begin"
    assert session.violations == []
    assert session.terminated


@FAST
def test_a_program_that_is_broken(v3_server):
    websocket_client(v3_server.audio(), spoil=lambda chunk: chunk * 20)
    assert v3_server.sessions[0].violations == []


@pytest.mark.v3_recording(DICTATION, speed=50, faults=["close:code=3005@begin"])
def test_a_fault(v3_server):
    assert websocket_client(b"") == []
    assert v3_server.sessions[0].close_code == 3005


def test_what_comes_with_the_tool(v3_server):
    assert len(v3_server.finals) == 3


@FAST
def test_a_context_that_was_made_before_the_server(v3_server):
    options = {"context": BEFORE}
    ws = websocket.create_connection(URL, header={"Authorization": "key"}, sslopt=options)
    ws.close()
    assert v3_server.sessions


@FAST
def test_another_process(v3_server):
    words = [PYTHON, CLIENT, "0", AUDIO, "50"]
    done = subprocess.run(words, env=v3_server.environment(), capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == v3_server.finals, done.stderr
    assert v3_server.sessions[-1].violations == []


def test_a_program_of_the_same_interpreter(v3_server):
    done = v3_server.run("-c", "import socket; print(socket.gethostbyname('streaming.eu.assemblyai.com'))")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("127.")


def test_afterwards_nothing_is_redirected():
    import socket
    assert socket.getaddrinfo.__module__ == "socket"
    assert ssl.SSLContext.wrap_bio.__module__ == "ssl"
"""

MISSING = """
import pytest, websocket, json


@pytest.mark.v3_recording("calls/new.jsonl")
def test_new(v3_server):
    ws = websocket.create_connection(URL, header={"Authorization": "key"})
    ws.send(json.dumps({"type": "Terminate"}))
    while json.loads(ws.recv())["type"] != "Termination":
        pass
    ws.close()
""".replace("URL", repr("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000"))


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Have all that a server needs imported before `pytester`, which forgets what is imported in its time."""
    with serve():
        pass


@pytest.fixture(autouse=True)
def _project(_imported: None, pytester: pytest.Pytester) -> None:
    names = {
        "DICTATION": FOLDER / "dictation-f1.jsonl",
        "AUDIO": FOLDER / "dictation.wav",
        "PYTHON": interpreter("sdk-newest"),
        "CLIENT": Path(__file__).parent / "clients" / "sdk_v3.py",
    }
    constants = "".join(f"{name} = {str(value)!r}\n" for name, value in names.items())
    pytester.makepyfile(test_bot=constants + CLIENTS, test_new=MISSING)


def test_programs_find_the_server_by_the_vendors_name(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("test_bot.py")
    result.assert_outcomes(passed=7, failed=1)
    said = result.stdout.str()
    assert "FAILED test_bot.py::test_a_program_that_is_broken" in said
    assert "3007: Input Duration Violation" in said


def test_a_recording_that_is_missing_is_made_when_asked_for(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = pytester.runpytest_subprocess("test_new.py")
    result.assert_outcomes(errors=1)
    assert "`pytest --record-v3` makes it" in result.stdout.str()
    made = throwaway(V3_HOSTS)
    inside = pytester.mkdir("inside")
    with ReplayServer(recording(), speed=SPEED, tls=made.context) as service, monkeypatch.context() as redirected:
        authority = made.write(pytester.path / "ca.pem")
        for name, value in environment(str(inside), V3_HOSTS, service.port, str(authority)).items():
            redirected.setenv(name, value)
        pytester.runpytest_subprocess("test_new.py", "--record-v3").assert_outcomes(passed=1)
        assert service.wait_for_sessions()[0].terminated
    session = read(pytester.path / "calls" / "new.jsonl")
    assert session.events[-1].close is not None
    pytester.runpytest_subprocess("test_new.py").assert_outcomes(passed=1)  # from now on, it is played


def test_the_finals_of_a_recording_are_those_a_program_has_to_show() -> None:
    with serve(FOLDER / "dictation-f2.jsonl") as server:
        assert server.finals == FINALS
        assert server.sessions == []

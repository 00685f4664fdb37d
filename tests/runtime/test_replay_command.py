"""`replay` as a process: where it listens, how it ends, what it refuses."""

from __future__ import annotations

import json
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import websocket

from tests.runtime.sessions import FINALS, FOLDER, V2, V3, Client, finals, recording

PROGRAM = """
import argparse, sys
from runtime.commands import replay
parser = argparse.ArgumentParser()
replay.configure(parser)
sys.exit(replay.run(parser.parse_args()))
"""

DICTATION = str(FOLDER / "dictation-f1.jsonl")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *arguments]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command; give the process and the address it says it listens on."""
    process = subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on "), (line, process.poll())
        yield process, line.split()[2]
    finally:
        process.kill()
        process.communicate()


def failing(*arguments: str) -> str:
    """Run a command that cannot start; return what it says."""
    result = subprocess.run(command(*arguments), capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 2
    assert result.stdout == ""
    return result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_end(number: signal.Signals) -> None:
    with running(DICTATION, "--speed", "50", "--port", "0") as (process, url):
        client = Client(f"{url}/v3/ws", **V3)
        client.play(recording().load_audio())
        client.say({"type": "Terminate"})
        assert finals(client.drain()) == FINALS
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert output == "served 1 session\n"
    assert errors == "session 1: v3, 8.2 s of audio, terminated, closed by server, 1000\n"


def test_it_ends_cleanly_with_a_session_open() -> None:
    with running(DICTATION) as (process, url):
        client = Client(f"{url}/v3/ws", **V3)
        client.next()
        process.terminate()
        client.drain()
        assert client.code == 1001
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_what_it_refuses_is_said_and_logged(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with running(DICTATION, "--log", str(log), "--api", "v3") as (process, url):
        Client(f"{url}/v3/ws", **V3 | {"sample_rate": "7000"}).drain()
        with pytest.raises(websocket.WebSocketBadStatusException):
            Client(f"{url}/v2/realtime/ws", **V2)
        noted = Client(f"{url}/v3/ws", **V3, punctuate="true")
        noted.say({"type": "Terminate"})
        noted.drain()
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert errors.splitlines() == [
        "session 1: 3006: Invalid parameter: sample_rate must be between 8000 and 96000",
        "session 2: HTTP 410: Model deprecated. See docs for new model information",
        "session 3: v3, 0.0 s of audio, terminated, closed by server, 1000",
        "session 3: taken: punctuate is not a parameter of v3; the service ignores it",
    ]
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events[0] == "listening"
    assert events[-1] == "stopped"
    assert events.count("session closed") == 2


def test_the_log_counts_what_a_session_came_to(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with running(DICTATION, "--log", str(log), "--speed", "50") as (process, url):
        client = Client(f"{url}/v3/ws", **V3)
        client.play(recording().load_audio())
        client.say({"type": "Terminate"})
        client.drain()
        process.terminate()
        process.communicate(timeout=30)
    [closed] = [
        entry for line in log.read_text().splitlines() if (entry := json.loads(line))["event"] == "session closed"
    ]
    assert (closed["audio_frames"], closed["audio_milliseconds"]) == (82, 8200)
    assert closed["messages_sent"] == len(client.texts)


def test_only_the_keys_that_are_named_are_accepted() -> None:
    with running(DICTATION, "--key", "good", "--key", "better") as (_, url):
        for key, first in {"good": "Begin", "better": "Begin", "bad": "Error"}.items():
            client = Client(f"{url}/v3/ws", {"Authorization": key}, **V3)
            assert client.next()["type"] == first
            client.socket.close()


def test_every_option_reaches_the_server() -> None:
    options = ["--variant", "F3", "--fault", "close:code=3009@3000", "--max-sessions", "1", "--resume", "--speed", "50"]
    with running(DICTATION, *options) as (_, url):
        first = Client(f"{url}/v3/ws", **V3)
        first.next()
        second = Client(f"{url}/v3/ws", **V3)
        second.drain()
        assert second.code == 3009
        first.play(recording().load_audio()[: 32 * 2900])
        assert first.next()["type"] == "SpeechStarted"
        first.socket.send_binary(b"\x00" * 3200)
        first.drain()
        assert first.code == 3009
        assert first.messages[-1]["error"] == "fault: close 3009"


def test_a_strict_server_refuses_what_the_service_only_passes_over() -> None:
    with running(DICTATION, "--strict") as (_, url):
        client = Client(f"{url}/v3/ws", **V3, punctuate="true")
        client.drain()
        assert client.code == 3006


@pytest.mark.parametrize("named", [False, True])
def test_it_speaks_tls_and_says_how_to_trust_it(named: bool, tmp_path: Path) -> None:
    options = ["--ca-file", str(tmp_path / "ca.pem")] if named else []
    with running(DICTATION, "--tls", *options) as (process, url):
        assert url.startswith("wss://127.0.0.1:")
        assert process.stdout is not None
        advice = process.stdout.readline()
        [authority] = re.findall(r"SSL_CERT_FILE=(\S+)", advice)
        trust = ssl.create_default_context(cafile=authority)
        socket = websocket.create_connection(
            f"{url}/v3/ws?speech_model=universal-streaming-english",
            header=["Authorization: k"],
            sslopt={"context": trust},
            timeout=20,
        )
        assert json.loads(socket.recv())["type"] == "Begin"
        socket.close()
        process.terminate()
        process.communicate(timeout=30)
    assert Path(authority).exists() == named  # a file nobody asked for does not stay


def test_without_a_recording_it_plays_the_one_that_comes_with_it() -> None:
    with running("--speed", "50") as (_, url):
        client = Client(f"{url}/v3/ws", **V3)
        client.play(recording().load_audio())
        client.say({"type": "Terminate"})
        assert finals(client.drain()) == FINALS


def test_a_recording_that_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    lines = Path(DICTATION).read_text().splitlines()
    lines[4] = lines[4].replace('"wall"', '"wal"', 1)
    broken.write_text("\n".join(lines) + "\n")
    assert failing(str(broken)) == f"v3-migrate: error: {broken}:5: unknown field 'wal'\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl: No such file"),
        ([DICTATION, "--fault", "nonsense"], "unknown fault 'nonsense'"),
        ([DICTATION, "--speed", "0"], "speed must be greater than 0"),
        ([DICTATION, "--ca-file", "ca.pem"], "give both"),
        ([DICTATION, "--tls", "--certificate", "x.pem"], "give one of them"),
        ([DICTATION, "--speed", "inf"], "speed must be greater than 0, and finite"),
        ([DICTATION, "--session-seconds", "0"], "--session-seconds must be greater than 0"),
        ([DICTATION, "--max-sessions", "-1"], "--max-sessions must be greater than 0"),
        ([DICTATION, "--log", "nowhere/log.jsonl"], "nowhere/log.jsonl"),
        ([DICTATION, "--certificate", "nowhere.pem"], "No such file"),
    ],
)
def test_what_cannot_be_started_is_an_error(arguments: list[str], words: str) -> None:
    message = failing(*arguments)
    assert message.startswith("v3-migrate: error: ")
    assert words in message
    assert "Traceback" not in message


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
def test_a_port_that_is_none_is_said_to_be_none(port: str) -> None:
    assert f"a port is a number from 0 to 65535, not '{port}'" in failing(DICTATION, f"--port={port}")


def test_the_faults_there_are_can_be_listed() -> None:
    result = subprocess.run(command("--fault", "list"), capture_output=True, text=True, check=True)
    assert "close:code=3005@MOMENT\n    close frame" in result.stdout
    assert "times=N" in result.stdout


def test_every_message_is_told_as_it_passes(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with running(DICTATION, "--verbose", "--speed", "50", "--log", str(log)) as (process, url):
        client = Client(f"{url}/v3/ws", **V3)
        client.play(recording().load_audio())
        client.say({"type": "Terminate"})
        client.drain()
        process.terminate()
        output, _ = process.communicate(timeout=30)
    lines = output.splitlines()
    assert lines[0].startswith("session 1: v3, sample_rate=16000&")
    assert any(
        re.fullmatch(r"1 +\d+\.\d{3}  server  Turn 0 formatted end: Good morning everyone\.", line) for line in lines
    )
    assert sum("server  Turn" in line for line in lines) == sum(
        message["type"] == "Turn" for message in client.messages
    )
    audio = [re.fullmatch(r"1 +client  (\d+) x audio, (\d+) ms", line) for line in lines]
    assert sum(int(match[1]) for match in audio if match) == 82
    assert any(line.endswith('client  {"type": "Terminate"}') for line in lines)
    assert lines[-2] == "session 1: closed by server, 1000"
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events.count("said") == len(client.texts)
    assert events.count("heard") == 83


def checked(path: Path | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(str(path), "--check"), capture_output=True, text=True, check=False, timeout=60)


def test_a_recording_is_checked(tmp_path: Path) -> None:
    sound = checked(DICTATION)
    assert sound.stdout.endswith(": 8.3 s, 3 finals, reported as F1\n")
    assert sound.returncode == 0
    text = Path(DICTATION).read_text()
    (tmp_path / "gone.jsonl").write_text(text.replace("dictation.wav", "gone.wav"))
    gone = checked(tmp_path / "gone.jsonl")
    assert "cannot read the audio" in gone.stderr
    assert gone.returncode == 2
    header, begin, *rest = text.splitlines(keepends=True)
    header = re.sub(r'"audio": \{[^}]*\}, ', "", header)
    spoilt = begin.replace('"type": "Begin"', '"type": "Begun", "token": "never to be told"')
    (tmp_path / "spoilt.jsonl").write_text("".join([header, spoilt, *rest]))
    warned = checked(tmp_path / "spoilt.jsonl")
    problems = ["no Begin of the server", "what looks like a secret, in 1 line"]
    assert warned.stdout.splitlines()[1:] == [f"warning: {problem}" for problem in problems]
    assert warned.returncode == 1


def test_the_demo_says_how_to_try_it() -> None:
    with running(DICTATION, "--demo") as (process, url):
        assert process.stdout is not None
        assert process.stdout.readline() == f"try: ASSEMBLYAI_API_KEY=any v3-migrate listen --url {url} --demo\n"

"""`listen` as it is used: in a terminal, in a pipe, as JSON Lines, and ended by Ctrl+C at any moment."""

from __future__ import annotations

import argparse
import io
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from runtime.client.client import StreamingClient
from runtime.client.errors import ConnectionLostError
from runtime.client.messages import Begin, Turn, Word
from runtime.client.options import StreamingOptions
from runtime.commands import listen as listen_command
from runtime.commands.captions import Captions, listen
from runtime.replay import ReplayServer
from tests.runtime.speech import Spoken

SESSIONS = Path(__file__).parents[2] / "fixtures" / "sessions"
AUDIO = SESSIONS / "dictation.wav"
FINALS = ["Good morning everyone.", "The meeting starts at ten.", "Please bring your notes."]
SPEED = 8.0

PROGRAM = """
import argparse, sys
from runtime.commands import listen
parser = argparse.ArgumentParser()
listen.configure(parser)
sys.exit(listen.run(parser.parse_args()))
"""
ENVIRONMENT = {**os.environ, "ASSEMBLYAI_API_KEY": "test key"}


def command(url: str, *arguments: str, file: str = str(AUDIO)) -> list[str]:
    return [sys.executable, "-c", PROGRAM, "--url", url, "--file", file, "--speed", str(SPEED), *arguments]


def listen_to(url: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, "--url", url, "--file", str(AUDIO)]


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer(SESSIONS / "dictation-f1.jsonl", speed=SPEED) as server:
        yield server


def test_a_pipe_gets_the_finals_and_nothing_else(server: ReplayServer) -> None:
    run = subprocess.run(command(server.url), env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert run.stdout.splitlines() == FINALS
    assert run.stderr.startswith("8.3 s of audio, 3 finals")
    assert run.returncode == 0


@pytest.mark.parametrize("form", ["--json", "text", "terminal"])
def test_an_output_that_cannot_say_every_letter_gets_what_it_can(form: str, tmp_path: Path) -> None:
    for name in ("dictation-f1.jsonl", "dictation.wav"):
        (tmp_path / name).write_bytes((SESSIONS / name).read_bytes().replace(b"Good", "Gööd €".encode()))
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": "latin-1"}
    with ReplayServer(tmp_path / "dictation-f1.jsonl", speed=SPEED) as server:
        arguments = command(server.url, *(["--json"] if form == "--json" else []))
        if form == "terminal":
            with closing(Terminal(arguments, environment)) as terminal:
                code, screen = terminal.end()
        else:
            run = subprocess.run(arguments, env=environment, capture_output=True, timeout=60)
            code, screen = run.returncode, run.stdout.decode("latin-1")
    assert code == 0
    assert "Gööd ? morning everyone." in screen or form == "terminal"
    assert "The meeting starts at ten." in screen


def test_json_lines(server: ReplayServer) -> None:
    run = subprocess.run(command(server.url, "--json"), env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert [event["text"] for event in events if event["event"] == "final"] == FINALS
    assert events[0]["event"] == "begin"
    assert events[1] == {"event": "partial", "turn": 0, "start": 250, "end": 537, "text": "good"}
    final = next(event for event in events if event["event"] == "final")
    assert [word["text"] for word in final["words"]] == ["Good", "morning", "everyone."]
    assert events[-1]["event"] == "end"
    assert events[-1]["finals"] == 3
    assert events[-1]["audio_sent_ms"] == 8300
    assert run.stderr == ""


def test_json_lines_tell_of_a_failure() -> None:
    with ReplayServer(SESSIONS / "dictation-f1.jsonl", speed=SPEED, faults=["close:code=3009@1000"]) as server:
        arguments = command(server.url, "--json", "--reconnect", "0")
        run = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    failure, end = (json.loads(line) for line in run.stdout.splitlines()[-2:])
    assert (failure["event"], failure["type"], failure["code"]) == ("error", "TooManySessionsError", 3009)
    assert end["event"] == "end"
    assert run.returncode == 1


def test_standard_input(server: ReplayServer) -> None:
    with AUDIO.open("rb") as audio:
        run = subprocess.run(
            command(server.url, file="-"), env=ENVIRONMENT, stdin=audio, capture_output=True, text=True, timeout=60
        )
    assert run.stdout.splitlines() == FINALS


def test_a_reader_that_goes_away_ends_the_session_quietly(server: ReplayServer) -> None:
    with subprocess.Popen(
        command(server.url, "--json"), env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as listening:
        assert listening.stdout is not None
        assert listening.stderr is not None
        listening.stdout.readline()
        listening.stdout.close()
        assert listening.stderr.read() == ""
        assert listening.wait(30) == 0
    [record] = server.wait_for_sessions()
    assert record.terminated


class Terminal:
    """A program on a terminal of its own, 80 columns wide."""

    def __init__(self, arguments: list[str], environment: dict[str, str] = ENVIRONMENT) -> None:
        self._screen = ""
        self._over = False
        self._changed = threading.Condition()
        self._ours, theirs = pty.openpty()
        environment = {**environment, "TERM": "xterm-256color", "COLUMNS": "80"}
        self.program = subprocess.Popen(arguments, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, text: str) -> None:
        """Wait until `text` was written."""
        with self._changed:
            assert self._changed.wait_for(lambda: text in self._screen or self._over, 30)
            assert text in self._screen

    def end(self) -> tuple[int, str]:
        """Wait for the program and return its exit code and all it has written."""
        code = self.program.wait(40)
        self._reader.join(30)
        return code, self._screen

    def close(self) -> None:
        self.program.kill()
        self.program.wait()
        self._reader.join(30)
        os.close(self._ours)

    def _read(self) -> None:
        try:
            while data := os.read(self._ours, 65_536):
                with self._changed:
                    self._screen += data.decode("utf-8", "replace")
                    self._changed.notify_all()
        except OSError:  # the program has let go of the terminal
            pass
        with self._changed:
            self._over = True
            self._changed.notify_all()


def test_in_a_terminal_partials_are_redrawn_and_finals_scroll(server: ReplayServer) -> None:
    with closing(Terminal(command(server.url))) as terminal:
        code, screen = terminal.end()
    assert code == 0
    assert "good morning" in screen
    assert "\x1b[2K" in screen  # a line was cleared to be drawn again
    positions = [screen.index(final) for final in FINALS]
    assert positions == sorted(positions)
    assert all(screen.count(final) == 1 for final in FINALS)
    assert "listening" in screen
    assert "3 finals" in screen
    assert screen.rindex("\x1b[?25h") > screen.rindex("\x1b[?25l")  # the cursor is back


@contextmanager
def deaf() -> Iterator[str]:
    """A port that accepts TCP and never answers the handshake."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def replay(*faults: str) -> Iterator[str]:
    with ReplayServer(SESSIONS / "dictation-f1.jsonl", faults=faults) as server:
        yield server.url


MOMENTS: dict[str, tuple[Callable[[], AbstractContextManager[str]], str, int]] = {
    "while connecting": (deaf, "connecting", 0),
    "while listening": (replay, "good", 0),
    "while the server is silent": (lambda: replay("timeout@700"), "00:01", 1),
    "while reconnecting": (lambda: replay("reset_peer@700"), "trying again", 1),
}
"""Where the program is, by what it shows then, and the code it ends with: 1 if the transcript may lack something."""


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        *((moment, signal.SIGINT) for moment in MOMENTS),
        ("while connecting", signal.SIGTERM),
        ("while listening", signal.SIGTERM),
    ],
)
def test_ctrl_c_ends_gracefully(moment: str, number: signal.Signals) -> None:
    surroundings, sign, expected = MOMENTS[moment]
    with surroundings() as url, closing(Terminal(listen_to(url))) as terminal:
        terminal.wait_for(sign)
        terminal.program.send_signal(number)
        code, screen = terminal.end()
    assert code == expected
    assert "Traceback" not in screen
    assert screen.rindex("\x1b[?25h") > screen.rindex("\x1b[?25l")


def test_a_second_ctrl_c_does_not_wait_for_the_service() -> None:
    with replay("no_termination") as url, closing(Terminal(listen_to(url))) as terminal:
        terminal.wait_for("good")
        terminal.program.send_signal(signal.SIGINT)
        terminal.wait_for("finishing")
        terminal.program.send_signal(signal.SIGINT)
        code, screen = terminal.end()
    assert code == 130
    assert "Traceback" not in screen
    assert "of audio, 0 finals" in screen


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "message"),
    [
        (["--file", str(AUDIO)], {}, 2, "set ASSEMBLYAI_API_KEY"),
        (["--file", "nowhere.wav"], {"ASSEMBLYAI_API_KEY": "k"}, 2, "nowhere.wav: No such file"),
        (["--file", str(AUDIO), "--speed", "0"], {"ASSEMBLYAI_API_KEY": "k"}, 2, "--speed must be positive"),
        (["--file", str(AUDIO), "--parameter", "x"], {"ASSEMBLYAI_API_KEY": "k"}, 2, "NAME=VALUE"),
        (["--file", str(AUDIO), "--url", "ws://127.0.0.1:1"], {"ASSEMBLYAI_API_KEY": "k"}, 1, "cannot connect"),
        (["--file", str(AUDIO), "--url", "http://127.0.0.1:1"], {"ASSEMBLYAI_API_KEY": "k"}, 1, "cannot connect"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str],
    environment: dict[str, str],
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("ASSEMBLYAI_API_KEY", raising=False)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    parser = argparse.ArgumentParser()
    listen_command.configure(parser)
    assert listen_command.run(parser.parse_args(arguments)) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err


def captions(width: int = 80) -> tuple[Captions, Console, io.StringIO]:
    screen = io.StringIO()
    console = Console(file=screen, width=width, force_terminal=True, color_system=None, highlight=False)
    return Captions(console, "host"), console, screen


def test_transcript_text_is_never_markup_and_never_steers_the_terminal() -> None:
    shown, console, screen = captions()
    shown.on_final(Turn(0, "[red]press[/red] :smile: \x1b[2J\x07end", True, True, words=[Word("press", 65_000)]))
    shown.on_partial(Turn(1, words=[Word("[bold]"), Word("\x1b]0;title\x07")]))
    console.print(shown.render())
    assert "01:05  [red]press[/red] :smile:  [2J end\n" in screen.getvalue()
    assert "[bold]  ]0;title \n" in screen.getvalue()
    assert "\x1b" not in screen.getvalue()


@pytest.mark.parametrize("width", [10, 40, 80])
def test_a_long_partial_shows_its_end_and_never_fills_the_screen(width: int) -> None:
    shown, console, screen = captions(width)
    shown.on_partial(Turn(0, words=[Word(f"word{number}") for number in range(200)]))
    console.print(shown.render())
    lines = screen.getvalue().splitlines()
    assert len(lines) == 5
    assert "word199" in "".join(lines)
    assert max(map(len, lines)) <= width


def test_what_a_host_says_of_an_error_never_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with ReplayServer(SESSIONS / "dictation-f1.jsonl", faults=["refuse"]) as server:
        shown, _, screen = captions()
        shown.on_reconnect(ConnectionLostError("\x1b[2Jgone"), 1)
        assert listen(Spoken(b""), StreamingOptions(api_key="k", url=server.url), as_json=False) == 1
    assert screen.getvalue() == " [2Jgone; trying again\n"
    assert capsys.readouterr().err == "v3-migrate: error: refused by a fault (code 401)\n"


def test_the_state_line_follows_the_session() -> None:
    shown, console, screen = captions()
    client = StreamingClient(Spoken(b""), shown, StreamingOptions())
    shown.watch(client)
    states = []
    for event in (
        lambda: None,
        lambda: shown.on_begin(Begin("id")),
        lambda: shown.on_reconnect(ConnectionLostError("lost"), 1),
        client.stop,
    ):
        event()
        console.print(shown.render())
        states.append(screen.getvalue().splitlines()[-1].split("  ")[2])
    assert states == ["connecting", "listening", "reconnecting", "finishing"]


def test_the_meter_rises_with_the_sound_and_falls_slowly() -> None:
    shown, console, screen = captions()
    lit = []
    for peak in (0.0, 0.01, 0.1, 1.0, 0.0, 0.0, 0.0, 0.0):
        shown.level(peak)
        console.print(shown.render())
        lit.append(screen.getvalue().splitlines()[-1].count("█"))
    assert lit[0] == 0
    assert lit[0] < lit[1] < lit[2] < lit[3] == 16
    assert lit[3] > lit[5] > lit[7] > 0

"""Snippets: each is whole by itself, and does what it says."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codemods.snippets.derived_values import mean_confidence, turn_end, turn_start
from codemods.snippets.turn_kind import turn_kind
from codemods.syntax.edits import AddHelper, AddImport
from codemods.syntax.snippet import imported, load, written
from codemods.syntax.tree import SourceModule

FOLDER = Path(__file__).parents[3] / "codemods" / "snippets"
FILES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
WIDTH = 88


@pytest.mark.parametrize("file", FILES)
def test_each_is_one_definition_that_fits_the_lines_of_any_program(file: str) -> None:
    snippet = load(file)
    assert max(map(len, snippet.typed.splitlines())) <= 120
    for code in (snippet.typed, snippet.plain):
        (definition,) = ast.parse(code).body
        assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        assert definition.name == snippet.name
        assert ast.get_docstring(definition)
    assert "->" not in snippet.plain


def test_what_a_program_must_be_able_to_import_is_read_off_the_file() -> None:
    assert imported("app_session") == {"contextlib", "time", "websocket"}
    assert imported("thread_session") == {"contextlib", "queue", "threading"}


def test_a_file_shares_definitions_of_another() -> None:
    shared = load("websockets_session", "end_session")
    assert load("websockets_session_quiet", "end_session") == shared
    assert load("websockets_session_quiet", "run_session").needs == ("end_session",)
    assert load("websockets_session_quiet") != load("websockets_session", "run_session")


def test_annotations_and_their_imports_come_to_programs_that_say_what_functions_return() -> None:
    plain = written(SourceModule("app.py", "def run(x: int):\n    pass\n"), "microphone_chunks")
    typed = written(SourceModule("app.py", "def run(x: int) -> None:\n    pass\n"), "microphone_chunks")
    assert AddImport("collections.abc", "Iterator") in typed
    assert len(plain) == 1
    assert isinstance(plain[0], AddHelper)
    assert plain[0].code.startswith("def microphone_chunks(sample_rate=44_100):\n")


class FakeStream:
    """A device that gives chunks until Ctrl+C."""

    def __init__(self, log: list[str], chunks: int) -> None:
        self.log, self.left = log, chunks

    def read(self, frames: int, exception_on_overflow: bool) -> bytes:
        assert not exception_on_overflow
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return bytes(frames * 2)

    def close(self) -> None:
        self.log.append("closed")


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A PyAudio whose microphone is interrupted after two chunks; what is done to it is noted."""
    log: list[str] = []

    class PyAudio:
        def open(self, **options: Any) -> FakeStream:
            log.append(f"opened at {options['rate']}")
            return FakeStream(log, 2)

        def terminate(self) -> None:
            log.append("terminated")

    monkeypatch.setitem(sys.modules, "pyaudio", SimpleNamespace(PyAudio=PyAudio, paInt16=8))
    return log


def defined(file: str, **names: object) -> Any:
    """Return what a snippet defines."""
    snippet = load(file)
    space: dict[str, object] = dict(names)
    exec(compile(snippet.plain, file, "exec"), space)
    return space[snippet.name]


@pytest.mark.parametrize(
    "file", ["microphone_chunks", "microphone_stream", "microphone_iterator", "interruptible_microphone_stream"]
)
def test_a_microphone_gives_tenths_of_a_second_until_ctrl_c_and_is_freed(file: str, device: list[str]) -> None:
    chunks = defined(file)(16_000)
    assert [len(chunk) for chunk in chunks] == [3200, 3200]
    assert device == ["opened at 16000", "closed", "terminated"]
    assert list(chunks) == []
    assert device == ["opened at 16000", "closed", "terminated"]


def test_a_microphone_that_nobody_iterates_to_its_end_is_freed_when_it_is_closed(device: list[str]) -> None:
    chunks = defined("microphone_chunks")(16_000)
    next(chunks)
    chunks.close()
    assert device == ["opened at 16000", "closed", "terminated"]
    microphone = defined("microphone_stream")(16_000)
    microphone.close()
    microphone.close()
    assert device[3:] == ["opened at 16000", "closed", "terminated"]


def test_a_microphone_knows_whether_ctrl_c_has_ended_it(device: list[str]) -> None:
    microphone = defined("interruptible_microphone_stream")(16_000)
    assert not microphone.interrupted
    list(microphone)
    assert microphone.interrupted


def test_a_file_is_sent_at_the_pace_of_speech_and_its_end_is_long_enough(tmp_path: Path) -> None:
    path = tmp_path / "speech.raw"
    path.write_bytes(bytes(9_600 + 10))
    pauses: list[float] = []
    stream_file = defined("stream_file", time=SimpleNamespace(sleep=pauses.append))
    assert [len(chunk) for chunk in stream_file(str(path), 16_000)] == [9_600, 1_600]
    assert pauses == [0.3, 0.3]


def word(text: str) -> SimpleNamespace:
    return SimpleNamespace(text=text)


def test_the_text_of_a_turn_has_every_word_heard_so_far() -> None:
    turn_text = defined("turn_text")
    partial = SimpleNamespace(end_of_turn=False, transcript="good", words=[word("good"), word("mor")])
    assert turn_text(partial) == "good mor"
    assert turn_text(SimpleNamespace(end_of_turn=True, transcript="Good morning.", words=[])) == "Good morning."


def test_short_frames_are_gathered_and_the_rest_goes_out_with_the_end() -> None:
    sent: list[bytes] = []

    class StreamingClient:
        def __init__(self, options: object) -> None:
            self.options = options

        def stream(self, data: bytes) -> None:
            sent.append(data)

        def disconnect(self, terminate: bool = False) -> None:
            sent.append(b"end" if terminate else b"cut")

    client = defined("buffered_streaming_client", StreamingClient=StreamingClient)(None, 480, b"\xff")
    for _ in range(4):
        client.stream(bytes(160))
    client.stream(iter([bytes(160), bytes(160)]))
    client.stream(bytes(160))
    client.disconnect(terminate=True)
    assert [len(chunk) for chunk in sent] == [480, 480, 480, 3]
    assert sent[2] == bytes(160) + b"\xff" * 320


def test_a_message_says_which_kind_it_is() -> None:
    turn = {"type": "Turn", "end_of_turn": True, "turn_is_formatted": True, "transcript": "Yes."}
    assert turn_kind(turn) == "FinalTurn"
    for flag in ("end_of_turn", "turn_is_formatted", "transcript"):  # the last is empty behind `Terminate`
        assert turn_kind({**turn, flag: False}) == "PartialTurn"
    assert turn_kind({"type": "Begin"}) == "Begin"


def test_what_v3_has_on_words_is_computed_from_them() -> None:
    words = [{"start": 80, "end": 400, "confidence": 0.5}, {"start": 480, "end": 900, "confidence": 1.0}]
    turn = {"type": "Turn", "words": words}
    assert [compute(turn) for compute in (mean_confidence, turn_start, turn_end)] == [0.75, 80, 900]
    for silent in ({"type": "Turn", "words": []}, {"type": "Begin"}):
        assert [compute(silent) for compute in (mean_confidence, turn_start, turn_end)] == [0, 0, 0]

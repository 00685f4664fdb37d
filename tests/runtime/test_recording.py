"""The recording's format: what is written is read, and what is wrong is named with its line."""

from __future__ import annotations

import json
import wave
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.recording import Audio, Close, Event, Header, Recording, RecordingError, read, write
from tests.runtime.sessions import FINALS, FOLDER, recording

HEADER = {"format": "v3-migrate-recording", "version": 1, "api": "v3", "query": {}, "origin": "a test"}
CLOSE = {"at": 0, "wall": 0, "from": "server", "close": {"code": 1000, "reason": ""}}
BEGIN = {"at": 0, "wall": 0, "from": "server", "message": {"type": "Begin"}}
WORD = {"start": 0, "end": 10, "text": "hi", "confidence": 1.0, "word_is_final": True}
TURN = {
    "type": "Turn",
    "turn_order": 0,
    "turn_is_formatted": True,
    "end_of_turn": True,
    "transcript": "hi",
    "words": [WORD],
}


def written(path: Path, *lines: object) -> Path:
    """Write lines, JSON unless they are text, to a file."""
    file = path / "session.jsonl"
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return file


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_recordings_of_the_repository_can_be_read_and_say_what_they_are(path: Path) -> None:
    session = read(path)
    assert "Not produced by the service" in session.header.origin
    audio = session.load_audio()
    assert len(audio) * 1000 // (2 * session.sample_rate) == session.header.audio.milliseconds  # type: ignore[union-attr]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jsonl")), ids=lambda path: path.stem)
def test_words_fit_the_audio(path: Path) -> None:
    """Where a word is said to be there is sound, and between the words there is none."""
    session = read(path)
    samples = memoryview(session.load_audio()).cast("h")
    rate = session.sample_rate

    def loudest(start: int, end: int) -> int:
        return max(map(abs, samples[start * rate // 1000 : end * rate // 1000]), default=0)

    spans = {
        (word["start"], word["end"])
        for event in session.events
        if event.message and event.message.get("type") == "Turn"
        for word in event.message["words"]  # type: ignore[attr-defined]
    }
    ordered = sorted(spans)
    assert ordered
    for start, end in ordered:
        assert loudest(start, end) > 2000
    # A word's end is rounded to a millisecond.
    for (_, end), (start, _) in pairwise(ordered):
        assert loudest(end + 2, start - 1) < 50


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    session = recording()
    write(session, tmp_path / "copy.jsonl")
    assert read(tmp_path / "copy.jsonl") == session
    assert (tmp_path / "copy.jsonl").read_text() == (FOLDER / "dictation-f1.jsonl").read_text()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
frames: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.builds(dict, message=st.dictionaries(st.text().filter(lambda name: name != "type"), json_values, max_size=4)),
    st.builds(dict, text=st.text()),
)


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500), st.sampled_from(["server", "client"]), frames)),
    st.dictionaries(st.text(), st.text()).filter(lambda query: "sample_rate" not in query),
    st.text(),
)
def test_any_session_survives_its_file(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, int, str, dict[str, object]]],
    query: dict[str, str],
    text: str,
) -> None:
    events: list[Event] = []
    at = wall = 0
    for more, later, sender, content in steps:
        at, wall = at + more, wall + later
        events.append(Event(at, wall, sender, **content))  # type: ignore[arg-type]
    events.append(Event(at, wall, "client", close=Close(1000, text)))
    session = Recording(Header(query, Audio("0" * 64, at), text), tuple(events))
    path = tmp_path_factory.mktemp("session") / "any.jsonl"
    write(session, path)
    assert read(path) == session


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ([], None, "empty file"),
        (["not json"], 1, "not JSON"),
        ([[]], 1, "must be a JSON object"),
        ([{"version": 1}], 1, "not a recording"),
        ([HEADER | {"version": 2}], 1, "version 2 is not known"),
        ([HEADER | {"extra": 1}], 1, "unknown field 'extra'"),
        ([HEADER | {"api": "v2"}], 1, "`api` must be 'v3'"),
        ([HEADER | {"query": {"sample_rate": "fast"}}], 1, "sample_rate"),
        ([HEADER | {"query": {"sample_rate": "0"}}], 1, "sample_rate"),
        ([HEADER | {"recorded": "yesterday"}], 1, "`recorded` must be a date"),
        ([HEADER | {"audio": {"file": "../x.wav", "sha256": "", "milliseconds": 1}}], 1, "beside or below"),
        ([HEADER | {"audio": {"sha256": "", "milliseconds": -1}}], 1, "`milliseconds` must be"),
        ([HEADER, ""], 2, "not JSON"),
        ([HEADER, BEGIN, BEGIN | {"at": True}], 3, "`at` must be"),
        ([HEADER, BEGIN | {"from": "nobody"}], 2, "`from` must be"),
        ([HEADER, BEGIN | {"text": "x"}], 2, "exactly one of"),
        ([HEADER, {"at": 0, "wall": 0, "from": "server"}], 2, "exactly one of"),
        ([HEADER, BEGIN | {"at": 5}, BEGIN | {"wall": 9}], 3, "cannot happen before"),
        ([HEADER, BEGIN | {"at": 5, "wall": 5}, BEGIN | {"at": 6}], 3, "cannot happen before"),
        ([HEADER, CLOSE, BEGIN], 3, "after its close"),
        ([HEADER, CLOSE | {"close": {"code": 999, "reason": ""}}], 2, "999 is no close code"),
        ([HEADER, BEGIN | {"message": {"type": "Begin", "expires_at": 10**12}}], 2, "`expires_at` must be"),
        ([HEADER, BEGIN | {"message": {"type": "SpeechStarted", "timestamp": "now"}}], 2, "`timestamp` must be"),
        ([HEADER, BEGIN | {"message": TURN | {"words": [WORD | {"confidence": "sure"}]}}], 2, "`confidence`"),
        ([HEADER, BEGIN | {"message": TURN | {"turn_order": -1}}], 2, "`turn_order`"),
        ([HEADER, BEGIN | {"message": TURN | {"end_of_turn": "yes"}}], 2, "`end_of_turn`"),
        ([HEADER, BEGIN | {"message": TURN | {"words": "hi"}}], 2, "`words`"),
        ([HEADER, BEGIN | {"message": TURN | {"words": [WORD | {"start": 20}]}}], 2, "ends before it starts"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, lines: list[object], line: int | None, words: str
) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(RecordingError) as caught:
        read(path)
    assert words in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{path}:{line}: " if line else f"{path}: ")


def test_half_a_surrogate_pair_is_kept(tmp_path: Path) -> None:
    event = Event(0, 0, "server", message={"text": "\ud800"})
    write(Recording(Header({}, None, "a test"), (event,)), tmp_path / "half.jsonl")
    assert read(tmp_path / "half.jsonl").events == (event,)


def test_a_file_that_is_not_there_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        read(tmp_path / "nowhere.jsonl")


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(b'{"caf\xe9": 1}\n')
    with pytest.raises(RecordingError, match="not UTF-8"):
        read(path)


def test_other_audio_than_the_session_was_made_with_is_refused(tmp_path: Path) -> None:
    session = recording()
    write(session, tmp_path / "copy.jsonl")
    with wave.open(str(tmp_path / "dictation.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\x01\x00" * 800)
    with pytest.raises(RecordingError, match="sha256 differs"):
        read(tmp_path / "copy.jsonl").load_audio()


def test_a_recording_without_audio_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="carries no audio"):
        read(written(tmp_path, HEADER, BEGIN)).load_audio()


def test_the_finals_of_the_dictation_are_those_the_tests_know() -> None:
    messages = [event.message or {} for event in recording("dictation-f2").events]
    assert [message["transcript"] for message in messages if message.get("end_of_turn")] == FINALS

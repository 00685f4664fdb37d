"""`listen --save`: what is written can be read by others; and what a file is that is no audio."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.client import Turn, Word
from runtime.commands.saving import Transcript
from runtime.sources import FileSource, SourceError
from scripts.matrix import interpreter
from tests.runtime.sessions import FINALS

RUN = (
    "import argparse, sys\nfrom runtime.commands import listen\np = argparse.ArgumentParser()\n"
    "listen.configure(p)\nsys.exit(listen.run(p.parse_args()))"
)
READ = """
import json, sys, srt, webvtt
from datetime import timedelta
second = timedelta(seconds=1)
cues = srt.parse(open(sys.argv[1]).read())
one = [[cue.start / second, cue.end / second, cue.content] for cue in cues]
stamp = lambda time: time.hours * 3600 + time.minutes * 60 + time.seconds + time.milliseconds / 1000
two = [[stamp(cue.start_time), stamp(cue.end_time), cue.text] for cue in webvtt.read(sys.argv[2])]
print(json.dumps([one, two]))
"""


def listen(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *words], capture_output=True, text=True, timeout=60, check=False, env={}
    )


def read_by_others(srt: Path, vtt: Path) -> list[list[list[object]]]:
    """Return the cues of both files, as independent parsers from PyPI read them."""
    done = subprocess.run(
        [interpreter("subtitles"), "-c", READ, srt, vtt], capture_output=True, text=True, timeout=60, check=True
    )
    return list(json.loads(done.stdout))


def test_the_demo_is_saved_in_every_form(tmp_path: Path) -> None:
    files = [tmp_path / f"talk{suffix}" for suffix in (".txt", ".srt", ".vtt", ".json", ".jsonl")]
    result = listen("--demo", "--speed", "10", *(word for file in files for word in ("--save", str(file))))
    assert (result.returncode, result.stdout.splitlines()) == (0, FINALS), result.stderr
    text, srt, vtt, document, lines = files
    assert text.read_text().splitlines() == FINALS
    for cues in read_by_others(srt, vtt):
        assert [cue[2] for cue in cues] == FINALS
        assert all(0 <= float(str(start)) < float(str(end)) < 9 for start, end, _ in cues)
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [final["text"] for final in told] == FINALS
    assert json.loads(document.read_text()) == told


def test_a_document_can_be_read_at_any_time(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path / "talk.json")
    for count, text in enumerate(["", "Zo\u00eb, \u65e5\u672c", "one more"]):
        if text:
            transcript.on_final(Turn(count, text, True, words=[Word(text, count * 10, count * 10 + 5)]))
        assert [final["text"] for final in json.loads((tmp_path / "talk.json").read_text(encoding="utf-8"))] == [
            "Zo\u00eb, \u65e5\u672c",
            "one more",
        ][:count]
    transcript.close()


def test_subtitles_follow_each_other_whatever_is_said(tmp_path: Path) -> None:
    turns = [
        Turn(0, "a --> b\n\n1\n00:00:00,000", True, words=[Word("a", 100, 3_700_000)]),
        Turn(1, "<b>& more</b>", True, words=[Word("b", 50, 90)]),
        Turn(2, "no words", True),
    ]
    srt, vtt = tmp_path / "a.srt", tmp_path / "a.VTT"
    for path in (srt, vtt):
        transcript = Transcript(path)
        for turn in turns:
            transcript.on_final(turn)
        transcript.close()
    for cues in read_by_others(srt, vtt):
        assert [cue[0] for cue in cues[1:]] == [cue[1] for cue in cues[:-1]]
        assert cues[0][:2] == [0.1, 3700.0]
        assert [cue[2] for cue in cues][::2] == ["a -> b 1 00:00:00,000", "no words"]


def test_a_file_is_not_replaced_and_a_form_nobody_knows_is_said(tmp_path: Path) -> None:
    kept = tmp_path / "talk.txt"
    kept.write_text("mine")
    result = listen("--demo", "--save", str(kept))
    assert (result.returncode, kept.read_text()) == (2, "mine")
    assert result.stderr == f"v3-migrate: error: {kept} is there already\n"
    result = listen("--demo", "--save", str(tmp_path / "talk.doc"))
    assert result.returncode == 2
    assert "--save takes a file in .txt, .srt, .vtt" in result.stderr


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"Good morning everyone. The meeting starts at ten. Please bring your notes with you.\n", "a text file"),
        ("\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8".encode() * 9, "a text file"),
        (b"hello", "a text file"),
        (b"ID3\x04" + bytes(100), "an MP3 file"),
        (b"fLaC" + bytes(100), "a FLAC file"),
        (b"OggS" + bytes(100), "an Ogg file"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(100), "an MP4 file"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    head: bytes, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.sources.files.decoder", lambda: None)
    path = tmp_path / "talk"
    path.write_bytes(head)
    with pytest.raises(SourceError, match=kind) as caught:
        FileSource(path)
    assert "\n" not in str(caught.value)

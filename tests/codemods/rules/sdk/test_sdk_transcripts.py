"""Tests that every turn passes go, with the branches that were for none of the two kinds."""

from __future__ import annotations

import pytest

from tests.codemods.pointless import pointless
from tests.codemods.programs import migrate

KINDS = "(aai.RealtimePartialTranscript, aai.RealtimeFinalTranscript)"
SCRIPT = """\
import assemblyai as aai


def on_data(transcript):
BODY

session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=print)
session.connect()
session.stream(bytes(3200))
session.close()
"""
CLASS = """\
import assemblyai as aai


class Ears:
    def on_data(self, transcript):
BODY
    def open(self):
        self.session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=self.on_data, on_error=print)
        self.session.connect()

    def close(self):
        self.session.close()
"""
LEFT_EARLY = f"if not isinstance(transcript, {KINDS}):\n    return\nprint(transcript.words)\n"
ELSE = f"if isinstance(transcript, {KINDS}):\n    print(transcript.words)\nelse:\n    print('?')\n"
ONE_BY_ONE = (
    "if not (isinstance(transcript, aai.RealtimePartialTranscript)"
    " or isinstance(transcript, aai.RealtimeFinalTranscript)):\n    return\nprint(transcript.words)\n"
)
BASE = "if not isinstance(transcript, aai.RealtimeTranscript):\n    return\nprint(transcript.words)\n"
UNION = (
    "if not isinstance(transcript, aai.RealtimePartialTranscript | aai.RealtimeFinalTranscript):\n"
    "    return\nprint(transcript.words)\n"
)
WITH_MORE = f"if not isinstance(transcript, {KINDS}) or not transcript.words:\n    return\nprint(transcript.words)\n"
KEPT = f"known = isinstance(transcript, {KINDS})\nif not known:\n    return\nprint(transcript.words)\n"


def written(program: str, body: str) -> str:
    indent = "    " if program is SCRIPT else "        "
    lines = "".join(f"{indent}{line}\n" for line in body.splitlines())
    return migrate(program.replace("BODY\n", f"{lines}\n")).text


@pytest.mark.parametrize("program", [SCRIPT, CLASS], ids=["script", "class"])
@pytest.mark.parametrize("body", [LEFT_EARLY, ELSE, ONE_BY_ONE, BASE, UNION])
def test_a_test_for_both_kinds_goes_with_its_branch(program: str, body: str) -> None:
    after = written(program, body)
    start = after.index("transcript):\n") + len("transcript):\n")
    assert after[start:].lstrip().startswith("print(transcript.words)\n")
    assert "isinstance" not in after and "else:" not in after and not pointless(after)


@pytest.mark.parametrize("program", [SCRIPT, CLASS], ids=["script", "class"])
def test_what_is_asked_besides_stays(program: str) -> None:
    assert "    if not transcript.words:\n" in written(program, WITH_MORE)


@pytest.mark.parametrize("program", [SCRIPT, CLASS], ids=["script", "class"])
def test_a_flag_of_the_programs_stays_true(program: str) -> None:
    after = written(program, KEPT)
    assert "isinstance" not in after and "known = True\n" in after

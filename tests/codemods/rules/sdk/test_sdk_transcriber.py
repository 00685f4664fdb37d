"""All or nothing per session: one that is left for a person keeps its import, its callbacks and their messages."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

HEARD = "def on_data(transcript):\n    print(transcript.text)\n\n\n"
LEFT = {
    "options spread": (
        "options = {'sample_rate': 16_000}\n\n"
        "session = RealtimeTranscriber(on_data=on_data, on_error=print, **options)\n"
    ),
    "a callback v2 never had": (
        "session = RealtimeTranscriber(sample_rate=16_000, on_message=on_data, on_error=print)\n"
    ),
    "no sample rate": "session = RealtimeTranscriber(on_data=on_data, on_error=print)\n",
    "a condition": (
        "import sys\n\nsession = (\n    RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=print)\n"
        "    if sys.argv else None\n)\n"
    ),
    "a lambda": (
        "make = lambda: RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=print)\nsession = make()\n"
    ),
}


@pytest.mark.parametrize("kind", LEFT)
def test_what_a_person_has_to_do_is_left_whole(kind: str) -> None:
    source = f"from assemblyai import RealtimeTranscriber\n\n\n{HEARD}{LEFT[kind]}session.connect()\nsession.close()\n"
    found = migrate(source)
    assert found.text == source
    assert len(found.left("V3M601")) + len(found.left("V3M607")) >= 2


@pytest.mark.parametrize("kind", LEFT)
def test_in_a_class_as_well(kind: str) -> None:
    made = (
        LEFT[kind]
        .replace("on_data=on_data", "on_data=self.heard")
        .replace("on_message=on_data", "on_message=self.heard")
    )
    lines = "".join(f"        {line}\n" if line else "\n" for line in made.splitlines())
    source = (
        "import assemblyai as aai\n\n\nclass Ears:\n"
        "    def heard(self, transcript: aai.RealtimeTranscript) -> None:\n"
        "        if isinstance(transcript, aai.RealtimeFinalTranscript):\n            print(transcript.text)\n\n"
        f"    def run(self):\n{lines}        session.connect()\n        session.close()\n"
    ).replace("RealtimeTranscriber(", "aai.RealtimeTranscriber(")
    assert migrate(source).text == source


@pytest.mark.parametrize(
    "holder",
    [
        "class Ears:\n    def __init__(self):\n        self.session: Optional[aai.RealtimeTranscriber] = None\n",
        "class Ears:\n    session: aai.RealtimeTranscriber | None = None\n",
        "held: dict[str, 'aai.RealtimeTranscriber'] = {}\n",
        "def end(session: aai.RealtimeTranscriber) -> None:\n    session.close()\n",
    ],
)
def test_so_are_the_types_of_what_holds_it(holder: str) -> None:
    made = "session = aai.RealtimeTranscriber(on_data=on_data, on_error=print, **options)\n"
    source = f"import assemblyai as aai\nfrom typing import Optional\n\n\n{HEARD}{holder}\n\noptions = {{}}\n{made}"
    assert migrate(source).text == source


def test_a_callback_that_two_sessions_share_is_not_rewritten_for_one() -> None:
    source = (
        f"from assemblyai import RealtimeTranscriber\n\n\n{HEARD}options = {{}}\n"
        "one = RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=print)\n"
        "two = RealtimeTranscriber(on_data=on_data, on_error=print, **options)\n"
        "for session in (one, two):\n    session.connect()\n    session.close()\n"
    )
    found = migrate(source)
    assert found.text == source
    assert any("shares" in message for message in found.left("V3M601"))


def test_another_session_of_the_same_module_is_rewritten() -> None:
    found = migrate(
        f"from assemblyai import RealtimeTranscriber\n\n\n{HEARD}options = {{}}\n\n\ndef good():\n"
        "    session = RealtimeTranscriber(sample_rate=16_000, on_data=lambda t: print(t.text), on_error=print)\n"
        "    session.connect()\n    session.close()\n\n\n"
        "def left():\n    session = RealtimeTranscriber(on_data=on_data, on_error=print, **options)\n"
        "    session.connect()\n    session.close()\n"
    )
    assert "from assemblyai import RealtimeTranscriber\n" in found.text
    assert "    session = RealtimeTranscriber(on_data=on_data, on_error=print, **options)\n" in found.text
    assert HEARD in found.text
    assert "session.on(StreamingEvents.Turn, lambda client, t: print(turn_text(t)))" in found.text


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        ('api_key="key"', 'StreamingClientOptions(api_key="key"'),
        ("speaker_labels=True", "speaker_labels=True"),
        ("max_speakers=2", "max_speakers=2"),
    ],
)
def test_what_has_its_place_in_v3_goes_there(argument: str, written: str) -> None:
    found = migrate(
        f"import assemblyai as aai\n\nsession = aai.RealtimeTranscriber(\n    "
        f"{argument}, sample_rate=16_000, on_data=print,"
        " on_error=print\n)\nsession.connect()\nsession.close()\n"
    )
    assert written in found.text
    assert not found.left("V3M601")
    assert "which v2 never had" in found.fixed("V3M601")[0]


@pytest.mark.parametrize("argument", ['language_code="en"', 'model="nova"', "punctuate=True"])
def test_what_has_none_is_left_out_and_reported(argument: str) -> None:
    found = migrate(
        f"import assemblyai as aai\n\nsession = aai.RealtimeTranscriber(\n    "
        f"sample_rate=16_000, {argument}, on_data=print,"
        " on_error=print\n)\nsession.connect()\nsession.close()\n"
    )
    assert argument not in found.text
    assert "it is left out" in found.left("V3M601")[0]

"""Modules that the vendor's values do not reach are not read; those they reach are, however large."""

from __future__ import annotations

import pytest

from codemods.analysis import ModulePlan, analyse
from codemods.facts.program import Program
from codemods.model import Options
from codemods.syntax.tree import SourceModule
from tests.codemods.programs import Sources, migrate_all

_FILLER = "\n".join(f"def work_{index}(value):\n    return value + {index}\n" for index in range(1500))
_VENDOR = 'wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"'
_PROGRAM = f"""\
import json
import websocket
IMPORT


def on_message(ws, raw):
    event = json.loads(raw)
    if event["message_type"] == "FinalTranscript":
        USE


websocket.WebSocketApp("{_VENDOR}, on_message=on_message).run_forever()
"""
_HELPERS = {
    "a function": ("import big", "print(big.last(event))", "def last(event):\n    return event['text']\n"),
    "a name": ("from big import last", "print(last(event))", "def last(event):\n    return event['text']\n"),
    "every name": ("from big import *", "print(last(event))", "def last(event):\n    return event['text']\n"),
    "a method": (
        "from big import Show",
        "Show().last(event)",
        "class Show:\n    def last(self, event):\n        print(event['text'])\n",
    ),
    "a callback": (
        "import big",
        "big.each([event], print)",
        "def each(events, show):\n    for event in events:\n        show(event['text'])\n",
    ),
}


def _program(imported: str, use: str) -> str:
    return _PROGRAM.replace("IMPORT", imported).replace("USE", use)


def test_a_large_module_that_gets_no_message_is_not_read() -> None:
    text = _program("import big", 'print(big.work_7(1), event["text"])')
    program = Program({"app.py": SourceModule("app.py", text)}, Sources({"app.py": text, "big.py": _FILLER}))
    assert list(program.modules) == ["app.py"]


@pytest.mark.parametrize(("imported", "use", "code"), _HELPERS.values(), ids=_HELPERS)
def test_a_large_module_that_gets_a_message_is_read(imported: str, use: str, code: str) -> None:
    text = _program(imported, use)
    program = Program({"app.py": SourceModule("app.py", text)}, Sources({"app.py": text, "big.py": _FILLER + code}))
    assert set(program.modules) == {"app.py", "big.py"}
    big = program.modules["big.py"]
    reads = [node for node in big.walk() if program.fields(node, "text")]
    assert reads


def test_what_an_unread_module_gives_is_unknown() -> None:
    use = "show(event)\n\n\ndef show(event):\n    print(event['text'])\n\n\nshow(big.work_7(1))"
    text = _program("import big", use)
    migrated = migrate_all({"app.py": text}, around={"big.py": _FILLER})["app.py"]
    assert "event['text']" not in migrated.text
    assert len(migrated.left("V3M331")) == 1


def test_a_module_with_words_of_the_vendors_is_read_at_once() -> None:
    text = _program("import big", 'print(event["text"])').replace(f'"{_VENDOR}', "big.URL")
    around = _FILLER + f'URL = "{_VENDOR}\n'
    plans = analyse({"app.py": text, "big.py": around}, Sources({"app.py": text, "big.py": around}), Options())
    assert all(isinstance(plan, ModulePlan) for plan in plans.values())
    program = Program({"app.py": SourceModule("app.py", text)}, Sources({"app.py": text, "big.py": around}))
    assert program.vendor_connections


def test_names_of_an_unread_module_are_none_of_the_sdks() -> None:
    text = (
        "import assemblyai as aai\nimport big\n\n\ndef on_data(transcript: big.Text) -> big.Shown:\n"
        "    print(transcript.text)\n\n\n"
        "aai.RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=print).connect()\n"
    )
    migrated = migrate_all({"app.py": text}, around={"big.py": _FILLER})["app.py"]
    assert "-> big.Shown" in migrated.text
    assert migrated.findings

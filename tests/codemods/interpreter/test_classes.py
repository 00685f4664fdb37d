"""Attributes belong to the class that assigns them: two classes of one base keep apart."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate, migrate_all

BASE = """\
class Provider:
    def __init__(self, key):
        self.key = key
        self._ws = None
"""
FIRST = """\
class First(Provider):
    async def connect(self):
        self._ws = await websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")

    async def run(self, show):
        async for raw in self._ws:
            message = json.loads(raw)
            if message.get("message_type") == "FinalTranscript":
                show(message["text"], message["words"])
"""
SECOND = """\
class Second(Provider):
    async def connect(self):
        self._ws = await websockets.connect("wss://speech.example.com/listen")

    async def run(self, show):
        async for raw in self._ws:
            message = json.loads(raw)
            if message["type"] == "Results":
                show(message["text"], message["confidence"])
"""
IMPORTS = "import json\n\nimport websockets\n\n\n"
MIGRATED = (
    '            if message.get("type") == "Turn" and message.get("end_of_turn") and '
    'message.get("turn_is_formatted") and message.get("transcript"):\n'
    '                show(message["transcript"], message["words"])\n'
)

MIXIN = "class Counted:\n    def count(self, words):\n        self.words = len(words)\n"
SHAPES = {
    "plain": (BASE, FIRST, SECOND),
    "super": (
        BASE,
        FIRST.replace(
            "    async def connect",
            "    def __init__(self, key):\n        super().__init__(key)\n\n    async def connect",
        ),
        SECOND.replace(
            "    async def connect",
            "    def __init__(self, key):\n        super().__init__(key)\n        self._ws = None\n\n"
            "    async def connect",
        ),
    ),
    "dataclass": (
        "from dataclasses import dataclass\nfrom typing import Any\n\n\n@dataclass\nclass Provider:\n"
        "    key: str\n    _ws: Any = None\n",
        f"@dataclass\n{FIRST}",
        f"@dataclass\n{SECOND}",
    ),
    "slots": ('class Provider:\n    __slots__ = ("key", "_ws")\n', FIRST, SECOND),
    "mixin": (
        f"{MIXIN}\n\n{BASE}",
        FIRST.replace("(Provider)", "(Counted, Provider)"),
        SECOND.replace("(Provider)", "(Counted, Provider)"),
    ),
    "two levels": (
        f"{BASE}\n\nclass Socketed(Provider):\n    pass\n",
        FIRST.replace("(Provider)", "(Socketed)"),
        SECOND.replace("(Provider)", "(Socketed)"),
    ),
    "class attribute": (BASE + "\n    _retries = 3\n", FIRST, SECOND),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("swapped", [False, True], ids=["first first", "second first"])
def test_of_two_classes_of_one_base_only_the_vendors_is_rewritten(shape: str, swapped: bool) -> None:
    base, first, second = SHAPES[shape]
    classes = [second, first] if swapped else [first, second]
    found = migrate(IMPORTS + "\n\n".join([base, "", *classes]))
    assert MIGRATED in found.text
    assert second in found.text
    assert not [finding for finding in found.findings if not finding.fixed]


@pytest.mark.parametrize("shape", SHAPES)
def test_of_two_modules_only_the_vendors_is_rewritten(shape: str) -> None:
    base, first, second = SHAPES[shape]
    names = "Counted, Provider" if shape == "mixin" else "Socketed" if shape == "two levels" else "Provider"
    more = "from dataclasses import dataclass\n" if shape == "dataclass" else ""
    header = f"{more}{IMPORTS.rstrip()}\n\nfrom base import {names}\n\n\n"
    sources = {
        "base.py": base,
        "first.py": header + first,
        "second.py": header + second,
        "main.py": (
            "import asyncio\n\nfrom first import First\nfrom second import Second\n\n\n"
            "async def main(name):\n    provider = {'first': First, 'second': Second}[name]('key')\n"
            "    await provider.connect()\n    await provider.run(print)\n\n\nasyncio.run(main('first'))\n"
        ),
    }
    found = migrate_all(sources)
    assert MIGRATED in found["first.py"].text
    for path in ("base.py", "second.py", "main.py"):
        assert found[path].text == sources[path]
        assert not found[path].findings


def test_what_the_base_itself_keeps_is_seen_by_both() -> None:
    base = BASE + "\n    async def open(self):\n        self._ws = await websockets.connect(self.url)\n"
    first = (
        'class First(Provider):\n    url = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"\n\n'
        + FIRST[FIRST.index("    async def run") :]
    )
    assert MIGRATED in migrate(f"{IMPORTS}{base}\n\n{first}").text


def test_an_attribute_that_a_mixin_reads_is_the_one_of_the_class_it_is_mixed_into() -> None:
    reading = "class Reading:\n" + FIRST[FIRST.index("    async def run") :]
    rest = FIRST[: FIRST.index("    async def run")].replace("(Provider)", "(Reading, Provider)").rstrip()
    found = migrate(f"{IMPORTS}{reading}\n\n{BASE}\n\n{rest}\n\n\n{SECOND}")
    assert MIGRATED in found.text
    assert SECOND in found.text


def test_two_subclasses_keep_their_sdk_sessions_apart() -> None:
    found = migrate(
        "import assemblyai as aai\n\nfrom elsewhere import Line\n\n\n"
        "class Ears:\n    def __init__(self):\n        self.line = None\n\n"
        "    def close(self):\n        raise NotImplementedError\n\n\n"
        "class Ours(Ears):\n    def open(self):\n"
        "        self.line = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
        "        self.line.connect()\n\n    def close(self):\n        self.line.close()\n\n\n"
        "class Theirs(Ears):\n    def open(self):\n        self.line = Line()\n        self.line.connect()\n\n"
        "    def close(self):\n        self.line.close()\n"
    )
    assert (
        "self.line = Line()\n        self.line.connect()\n\n    def close(self):\n        self.line.close()\n"
        in found.text
    )
    assert found.text.count("self.line.disconnect(terminate=True)") == 1

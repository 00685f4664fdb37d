"""A program is what the vendor's messages come into, and whoever else uses that, whatever words are there."""

from __future__ import annotations

import pytest

from migrator.analysis.outcome import Outcome
from migrator.run import migration
from migrator.settings import Settings
from tests.migrator.conftest import Tool
from tests.migrator.programs import put

RAW = """import json
import websocket

import events


def on_message(ws, raw):
    event = json.loads(raw)
    if event["message_type"] == "FinalTranscript":
        events.show(event)


URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
websocket.WebSocketApp(URL, header={"Authorization": "key"}, on_message=on_message).run_forever()
"""
SDK = """import assemblyai as aai

import events


def on_data(event):
    events.show(event)


transcriber = aai.RealtimeTranscriber(sample_rate=16000, on_data=on_data, on_error=print)
transcriber.connect()
transcriber.close()
"""
PATHS = {"raw": (RAW, 'event["text"]'), "SDK": (SDK, "event.text")}

PASSED_ON = {
    "by two modules": {
        "events.py": "import deep\n\n\ndef show(event):\n    deep.draw(event)\n",
        "deep.py": "def draw(event):\n    print(READ)\n",
    },
    "by three modules, by name": {
        "events.py": "from render import draw as paint\n\n\ndef show(event):\n    paint(event)\n",
        "render.py": "from deep import put\n\n\ndef draw(event):\n    put(event)\n",
        "deep.py": "def put(event):\n    print(READ)\n",
    },
    "by a package": {
        "events.py": "from ui import board\n\n\ndef show(event):\n    board.Board().add(event)\n",
        "ui/__init__.py": "",
        "ui/board.py": "from ui import line\n\n\nclass Board:\n    def add(self, event):\n        line.draw(event)\n",
        "ui/line.py": "def draw(event):\n    print(READ)\n",
    },
    "by a variable of a module": {
        "events.py": "import store\n\n\ndef show(event):\n    store.keep(event)\n",
        "store.py": "kept = None\n\n\ndef keep(event):\n    global kept\n    kept = event\n\n\n"
        "def last():\n    return kept\n",
        "page.py": "import store\n\n\ndef page():\n    event = store.last()\n    return READ\n",
    },
    "by an object": {
        "events.py": "from store import STORE\n\n\ndef show(event):\n    STORE.keep(event)\n",
        "store.py": "class Store:\n    def keep(self, event):\n        self.kept = event\n\n\nSTORE = Store()\n",
        "page.py": "from store import STORE\n\n\ndef page():\n    event = STORE.kept\n    return READ\n",
    },
    "to whoever subscribes": {
        "events.py": "SUBSCRIBERS = []\n\n\ndef subscribe(f):\n    SUBSCRIBERS.append(f)\n\n\n"
        "def show(event):\n    for f in SUBSCRIBERS:\n        f(event)\n",
        "page.py": "import events\n\n\ndef page(event):\n    print(READ)\n\n\nevents.subscribe(page)\n",
    },
    "to whom a decorator registers": {
        "events.py": "HANDLERS = {}\n\n\ndef on(kind):\n    def register(f):\n        HANDLERS[kind] = f\n"
        "        return f\n\n"
        '    return register\n\n\ndef show(event):\n    HANDLERS["final"](event)\n',
        "page.py": 'from events import on\n\n\n@on("final")\ndef page(event):\n    print(READ)\n',
    },
    "to a callback that is set": {
        "events.py": "callback = None\n\n\ndef call(f):\n    global callback\n    callback = f\n\n\n"
        "def show(event):\n    callback(event)\n",
        "page.py": "import events\n\n\nclass Page:\n    def __init__(self):\n        events.call(self.add)\n\n"
        "    def add(self, event):\n        print(READ)\n\n\nPage()\n",
    },
    "to an observer": {
        "events.py": "class Bus:\n    def __init__(self):\n        self.observers = []\n\n"
        "    def add(self, observer):\n        self.observers.append(observer)\n\n"
        "    def tell(self, event):\n        for observer in self.observers:\n            observer.told(event)\n\n\n"
        "BUS = Bus()\n\n\ndef show(event):\n    BUS.tell(event)\n",
        "page.py": "from events import BUS\n\n\nclass Page:\n    def told(self, event):\n        print(READ)\n\n\n"
        "BUS.add(Page())\n",
    },
}
"""Ways from `events.show` to a place that reads."""
READERS = {"deep.py", "page.py", "ui/line.py"}

SHOW = "def show(event):\n    print(READ)\n"
FOREIGN = {"raw": '{"text": line}', "SDK": "Line(line)"}
LINE = "class Line:\n    def __init__(self, text):\n        self.text = text\n\n\n"
USED = {
    "a function that nobody calls": {
        "events.py": f"{SHOW}\n\ndef replay(lines):\n    for line in lines:\n        show(OTHER)\n"
    },
    "a method that nobody calls": {
        "events.py": f"{SHOW}\n\nclass Tape:\n    def replay(self, line):\n        self.play(show, line)\n\n"
        "    def play(self, to, line):\n        to(OTHER)\n"
    },
    "another module, on import": {"events.py": SHOW, "cli.py": "import events\n\nline = input()\nevents.show(OTHER)\n"},
    "another module's function": {
        "events.py": SHOW,
        "cli.py": "from events import show\n\n\ndef main(lines):\n    for line in lines:\n        show(OTHER)\n",
    },
    "another module, by way of a third": {
        "events.py": SHOW,
        "ways.py": "import events\n\n\ndef emit(event):\n    events.show(event)\n",
        "cli.py": "import ways\n\n\ndef main(line):\n    ways.emit(OTHER)\n",
    },
}
"""Whoever else hands something to `events.show`."""


def _migrated(tool: Tool, path: str, files: dict[str, str], *paths: str) -> tuple[dict[str, str], dict[str, Outcome]]:
    """Return the text of each file after a migration, and what was told."""
    app, read = PATHS[path]
    own = LINE if path == "SDK" else ""
    texts = {"bot.py": app}
    for name, text in files.items():
        other = FOREIGN[path] in (text := text.replace("READ", read).replace("OTHER", FOREIGN[path]))
        texts[name] = (own if other else "") + text
    put(tool.folder, dict(texts))
    found = {one.path: one for one in migration(Settings(paths or (".",))).outcomes}
    assert [one.error for one in found.values() if one.error] == []
    return texts | {name: one.after.decode() for name, one in found.items() if one.changed}, found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("files", PASSED_ON.values(), ids=PASSED_ON)
def test_messages_are_followed_to_where_they_are_read(tool: Tool, path: str, files: dict[str, str]) -> None:
    texts, found = _migrated(tool, path, files)
    _, read = PATHS[path]
    assert [name for name, text in texts.items() if read in text] == []
    assert sorted(name for name, one in found.items() if one.changed) == sorted(["bot.py", *READERS & files.keys()])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("files", USED.values(), ids=USED)
def test_what_somebody_else_uses_too_is_left_alone_and_told(tool: Tool, path: str, files: dict[str, str]) -> None:
    texts, found = _migrated(tool, path, files)
    assert f"print({PATHS[path][1]})" in texts["events.py"]
    assert "V3M330" in {finding.code for finding in found["events.py"].findings}


@pytest.mark.parametrize("path", PATHS)
def test_what_is_read_in_a_file_outside_the_run_is_told_and_not_written(tool: Tool, path: str) -> None:
    _, found = _migrated(tool, path, {"events.py": SHOW}, "bot.py")
    assert found["bot.py"].changed
    assert not found["events.py"].changed
    told = [finding for finding in found["events.py"].findings if not finding.fixed]
    assert [(one.span.line, "not part of the run" in one.message) for one in told] == [(2, True)]


def test_who_shares_no_more_than_a_log_is_not_drawn_in(tool: Tool) -> None:
    files = {
        "events.py": "import log\n\n\ndef show(event):\n    log.info(event)\n    print(READ)\n",
        "log.py": "def info(what):\n    print(what)\n",
        "other.py": "import log\n\n\ndef main(line):\n    log.info(OTHER)\n",
    }
    texts, found = _migrated(tool, "raw", files)
    assert 'print(event["transcript"])' in texts["events.py"]
    assert "other.py" not in found

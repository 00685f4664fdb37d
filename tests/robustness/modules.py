"""Migrates random projects of several modules in which two producers share consumers, and runs them before and after.

    python -m tests.robustness.modules --programs 2000                      others each time; prints the seed
    python -m tests.robustness.modules --seed 1 --only 17                   one of them, before and after
    python -m tests.robustness.modules --seed 1 --tool path/to/v3-migrate   another version of the tool

One producer is the vendor's socket, the other one of `OTHERS`; what both hand over takes one of `ROUTES` to a consumer
in a module of its own. What has to hold:

* no wrong edit: where the other's messages are seen to be somebody else's, the program does with them what it did;
  where they come from out of sight, that it does not is told;
* nothing half migrated: no function asks for words of v2 and of v3;
* no silence: with v3's messages the program prints what it printed with v2's, or something is told, in the file itself
  where a word of v2 is left in it.

Exits with 1 if one of them does not hold, and says for which programs.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import codemods.analysis  # noqa: F401  # loaded here once, it is there in every worker that is forked
from migrator.run import migration
from migrator.settings import Choices, Settings
from runtime.replay.turns import Variant
from tests.codemods.listening import VARIANTS, session

BATCH = 40
"""Projects that are migrated by one call, each in a folder of its own."""

CONSUMERS = {
    "equals": 'def show(event):\n    if event["message_type"] == "FinalTranscript":\n        print(event["text"])\n',
    "get": (
        'def show(event):\n    if event.get("message_type") == "FinalTranscript":\n        print(event.get("text"))\n'
    ),
    "early": (
        'def show(event):\n    if event["message_type"] != "FinalTranscript":\n        return\n'
        '    print(event["text"])\n'
    ),
    "kind": (
        'def show(event):\n    kind = event["message_type"]\n    if kind == "FinalTranscript":\n'
        '        print(event["text"])\n    elif kind == "SessionBegins":\n        print("begin")\n'
    ),
    "match": (
        'def show(event):\n    match event["message_type"]:\n        case "FinalTranscript":\n'
        '            print(event["text"])\n        case "SessionTerminated":\n            print("end")\n'
    ),
    "asked apart": (
        'def is_final(event):\n    return event["message_type"] == "FinalTranscript"\n\n\n'
        'def show(event):\n    if is_final(event):\n        print(event["text"])\n'
    ),
    "said apart": (
        'from said import said\n\n\ndef show(event):\n    if event["message_type"] == "FinalTranscript":\n'
        "        print(said(event))\n"
    ),
    "no word of v2": 'def show(event):\n    if event.get("text"):\n        print(event["text"])\n',
    "kept": (
        'LAST = {}\n\n\ndef show(event):\n    LAST["event"] = event\n'
        '    if event["message_type"] == "FinalTranscript":\n'
        '        print(LAST["event"]["text"])\n'
    ),
    "a table": (
        'def final(event):\n    print(event["text"])\n\n\nHANDLERS = {"FinalTranscript": final}\n\n\n'
        'def show(event):\n    handler = HANDLERS.get(event["message_type"])\n    if handler:\n        handler(event)\n'
    ),
    "a method": (
        'class Display:\n    def show(self, event):\n        if event["message_type"] == "FinalTranscript":\n'
        '            self.final(event)\n\n    def final(self, event):\n        print(event["text"])\n\n\n'
        "show = Display().show\n"
    ),
}
"""What `show.py` does with an event."""
_SAID = 'def said(event):\n    return event["text"]\n'

ROUTES = {
    "by name": ("from show import show\n", "show(EVENT)"),
    "by another name": ("from show import show as display\n", "display(EVENT)"),
    "of a module": ("import show\n", "show.show(EVENT)"),
    "of a module's alias": ("import show as screen\n", "screen.show(event=EVENT)"),
    "a star": ("from show import *\n", "show(EVENT)"),
    "in a function": ("", "from show import show\nshow(EVENT)"),
    "by its name as a text": ("import importlib\n", 'importlib.import_module("show").show(EVENT)'),
    "another name for it": ("import show\n\nemit = show.show\n", "emit(EVENT)"),
    "a facade": ("from facade import show\n", "show(EVENT)"),
    "a facade's star": ("from every import *\n", "show(EVENT)"),
    "a package": ("from ui import show\n", "show(EVENT)"),
    "a package's module": ("import ui.screen\n", "ui.screen.show(EVENT)"),
    "a router": ("import router\n", "router.emit(EVENT)"),
    "a bus": ("import bus\n", "bus.QUEUE.put(EVENT)\nbus.drain()"),
    "a list": ("from bus import KEPT, replay_kept\n", "KEPT.append(EVENT)\nreplay_kept()"),
    "a partial": ("import functools\nfrom show import show\n", "functools.partial(show, EVENT)()"),
    "a callback": ("from show import show\nfrom router import later\n", "later(show, EVENT)"),
    "an object": ("from hub import Hub\n", "Hub().publish(EVENT)"),
    "a subclass": ("from hub import Loud\n", "Loud().publish(EVENT)"),
    "an attribute": ("from hub import HUB\n", "HUB.event = EVENT\nHUB.flush()"),
    "a decorated function": ("from router import counted_show\n", "counted_show(EVENT)"),
    "a generator": ("from router import stream\n", "stream([EVENT])"),
}
"""How an event comes to `show`: imports, and the statements."""

AROUND = {
    "said.py": _SAID,
    "facade.py": "from show import show\n\n__all__ = ['show']\n",
    "every.py": "from show import *\n",
    "ui/__init__.py": "from .screen import show\n",
    "ui/screen.py": "from show import show\n",
    "router.py": (
        "import functools\n\nfrom show import show\n\nHANDLERS = []\n\n\n"
        "def on(handler):\n    HANDLERS.append(handler)\n\n\n"
        "on(show)\n\n\ndef emit(event):\n    for handler in HANDLERS:\n        handler(event)\n\n\n"
        "def later(function, *args):\n    function(*args)\n\n\n"
        "def counted(function):\n    @functools.wraps(function)\n    def inner(*args, **kwargs):\n"
        "        return function(*args, **kwargs)\n\n    return inner\n\n\ncounted_show = counted(show)\n\n\n"
        "def stream(events):\n    for event in (one for one in events):\n        show(event)\n"
    ),
    "bus.py": (
        "import queue\n\nfrom show import show\n\nQUEUE = queue.Queue()\nKEPT = []\n\n\n"
        "def drain():\n    while not QUEUE.empty():\n        show(QUEUE.get())\n\n\n"
        "def replay_kept():\n    while KEPT:\n        show(KEPT.pop(0))\n"
    ),
    "hub.py": (
        "import show\n\n\nclass Hub:\n    event = None\n\n    def publish(self, event):\n        self.emit(event)\n\n"
        "    def emit(self, event):\n        show.show(event)\n\n"
        "    def flush(self):\n        self.emit(self.event)\n\n\n"
        "class Loud(Hub):\n    def emit(self, event):\n        super().emit(event)\n\n\nHUB = Hub()\n"
    ),
}
"""The modules between; each program has those that it imports."""

_ROW = '{"message_type": "FinalTranscript", "text": "own"}'
OWN = {
    "a dict": _ROW,
    "a dict of the module": "ROW",
    "a comprehension": '{key: "FinalTranscript" for key in ("message_type", "text")}',
    "pairs": 'dict(pair.split("=") for pair in "message_type=FinalTranscript&text=own".split("&"))',
    "another provider": 'json.loads(websocket.create_connection("wss://other.example.com/ws").recv())',
    "a row": 'dict(zip(("message_type", "text"), ("FinalTranscript", "own")))',
}
"""Messages that are seen to be somebody else's."""
UNSEEN = {
    "an unknown library": "archive.next_row()",
    "an unknown library's object": "archive.Rows().newest",
    "a file": 'json.load(open("rows.json"))',
    "a web service": 'requests.get("https://example.com/row").json()',
}
"""Messages from out of sight."""
MOCK = {"a mock": _ROW}
"""Messages that a test makes up."""
OTHERS = {"nobody": "", **OWN, **UNSEEN, **MOCK}

LIVE = """\
import json

import websocket

IMPORTS
URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


def on_message(ws, raw):
    EVENT


def main():
    websocket.WebSocketApp(URL, on_message=on_message).run_forever()
"""
OTHER = """\
import json

import archive
import requests
import websocket

IMPORTS

def other():
    EVENT
"""
_FAKES = {
    "archive.py": (
        "ROW = {'message_type': 'FinalTranscript', 'text': 'own'}\n\n\ndef next_row():\n    return dict(ROW)\n\n\n"
        "class Rows:\n    newest = ROW\n"
    ),
    "requests.py": (
        "import archive\n\n\nclass get:\n    def __init__(self, url): ...\n    json = staticmethod(archive.next_row)\n"
    ),
    "websocket.py": (
        "import json, archive\n\n\nclass create_connection:\n    def __init__(self, url): ...\n"
        "    def recv(self):\n        return json.dumps(archive.ROW)\n"
    ),
}
"""Libraries, as far as the programs use them; to the tool they are out of sight, or what it knows them for."""

_OLD = re.compile(
    r"\bmessage_type\b|\b(?:Partial|Final)Transcript\b|\bSession(?:Begins|Terminated)\b|\bevent\"?\]?(?:\[|\.get\()\"text\""
)
_NEW = re.compile(r"\"type\"|\"transcript\"|\bend_of_turn\b|\"Turn\"")


@dataclass(frozen=True)
class Program:
    """One project, and what it is made of.

    Attributes:
        other: whose the other messages are, a key of `OTHERS`.
        producer: the module that has them.
    """

    files: Mapping[str, str]
    other: str
    producer: str
    made_of: tuple[str, ...]


@dataclass(frozen=True)
class Migrated:
    """What became of a project: its files, and by file how many places are left for a person; errors."""

    files: Mapping[str, str]
    left: Counter[str]
    errors: tuple[str, ...]


def program(number: int, seed: int) -> Program:
    """Return one of the programs of a seed."""
    chance = random.Random(f"{seed} {number}")
    consumer = chance.choice(sorted(CONSUMERS))
    # Without a word of v2 partials are shown, too, which have other words in v3: there is nothing to compare.
    other = chance.choice(sorted(OTHERS.keys() - ({"nobody"} if consumer == "no word of v2" else ())))
    routes = [chance.choice(sorted(ROUTES)) for _ in range(2)]
    producer = "tests/test_show.py" if other in MOCK else "other.py"
    named = [chance.random() < 0.5 for _ in routes]
    files = {"live.py": filled(LIVE, routes[0], "json.loads(raw)", named[0]), "show.py": CONSUMERS[consumer]}
    if other != "nobody":
        text = OTHER.replace("def other", "def test_other") if other in MOCK else OTHER
        if OTHERS[other] == "ROW":
            text = text.replace("\n\ndef", f"\nROW = {_ROW}\n\n\ndef")
        files[producer] = filled(text, routes[1], OTHERS[other], named[1])
    asked = list(files.values())
    while asked:
        text = asked.pop()
        for name, around in AROUND.items():
            module = name.removesuffix(".py").split("/")[0]
            if name not in files and re.search(rf"^ *(?:from|import) {module}\b", text, re.MULTILINE):
                files[name] = around
                asked.append(around)
    order = chance.sample(sorted(files), len(files))
    return Program({name: files[name] for name in order}, other, producer, (consumer, *routes, other))


def filled(producer: str, route: str, event: str, named: bool = False) -> str:
    """Return a producer that has an event, given a name or not, and hands it on."""
    imports, statements = ROUTES[route]
    if named:
        statements = f"event = {event}\n" + statements.replace("EVENT", "event")
    body = statements.replace("EVENT", event).replace("\n", "\n    ")
    return producer.replace("IMPORTS\n", imports + "\n" * bool(imports)).replace("    EVENT", f"    {body}")


def run(program: Program, files: Mapping[str, str], variant: Variant | None) -> tuple[str, str]:
    """Return what the program prints with the vendor's messages and with the other's; an error is what it prints."""
    with _importable(files):
        live = _printed(lambda: _listen(session(variant)))
        return live, _printed(lambda: _produce(program)) if program.other != "nobody" else ""


def _listen(messages: Sequence[str]) -> None:
    live = importlib.import_module("live")
    for raw in messages:
        live.on_message(None, raw)


def _produce(program: Program) -> None:
    module = importlib.import_module(program.producer.removesuffix(".py").replace("/", "."))
    (module.test_other if program.other in MOCK else module.other)()


def _printed(action: Callable[[], None]) -> str:
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            action()
    except Exception as error:  # whatever a program raises is what it does
        return f"{out.getvalue()}{error!r}"
    return out.getvalue()


@contextlib.contextmanager
def _importable(files: Mapping[str, str]) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as place:
        here, path, modules = Path.cwd(), sys.path[:], dict(sys.modules)
        _put(Path(place, "project"), {**files, "rows.json": _ROW})
        _put(Path(place, "fakes"), _FAKES)
        mine = {name.split("/")[0].removesuffix(".py") for name in [*files, *_FAKES]}
        for name in [name for name in sys.modules if name.split(".")[0] in mine]:
            del sys.modules[name]
        written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        os.chdir(Path(place, "project"))
        sys.path[:0] = [str(Path(place, "project")), str(Path(place, "fakes"))]
        importlib.invalidate_caches()
        try:
            yield
        finally:
            os.chdir(here)
            sys.path[:], sys.dont_write_bytecode = path, written
            sys.modules.clear()
            sys.modules.update(modules)


def _put(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def migrated(programs: Mapping[int, Program], tool: str | None) -> dict[int, Migrated]:
    """Migrate some projects, each in a folder of its own; by this version of the tool, or by another one."""
    with tempfile.TemporaryDirectory() as place:
        for number, one in programs.items():
            _put(Path(place, f"p{number}"), one.files)
        told = _by(tool, place) if tool else _here(place)
        found: dict[int, Migrated] = {}
        for number, one in programs.items():
            own = {path.partition("/")[2]: what for path, what in told.items() if path.startswith(f"p{number}/")}
            files = {name: own[name][0] if name in own and own[name][0] else text for name, text in one.files.items()}
            left = Counter({name: what[1] for name, what in own.items()})
            found[number] = Migrated(files, left, tuple(what[2] for what in own.values() if what[2]))
        return found


def _here(place: str) -> dict[str, tuple[str, int, str]]:
    """Return by file the new text (empty if it is the old one), the number of places left, and the error."""
    here = Path.cwd()
    os.chdir(place)
    try:
        outcomes = migration(Settings(paths=(".",), jobs=2, chosen=Choices(todo=False))).outcomes
    finally:
        os.chdir(here)
    return {
        outcome.path: (outcome.after.decode() if outcome.changed else "", len(outcome.left), outcome.error or "")
        for outcome in outcomes
    }


def _by(tool: str, place: str) -> dict[str, tuple[str, int, str]]:
    command = [str(Path(tool).absolute()), ".", "--write", "--allow-dirty", "--no-todo", "--format", "json"]
    ran = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    return {
        file["path"]: (
            Path(place, file["path"]).read_text(),
            sum(not finding.get("applied", finding.get("fixed")) for finding in file["findings"]),
            file["error"] or "",
        )
        for file in json.loads(ran.stdout)["files"]
    }


def faults(program: Program, after: Migrated) -> list[str]:
    """Return what does not hold of a program; empty if all does."""
    found = [f"error: {error}" for error in after.errors]
    told = sum(after.left.values())
    heard, own = run(program, program.files, None)
    for variant in VARIANTS:
        now, others = run(program, after.files, variant)
        if others != own and (program.other in OWN or not told):
            found.append("wrong edit" if told else "wrong edit, unsaid")
        if now != heard and not told:
            found.append("silent")
    for name, text in after.files.items():
        if any(_OLD.search(code) and _NEW.search(code) for code in _functions(text)):
            found.append(f"half migrated: {name}")
        if name != program.producer and _OLD.search(text) and not after.left[name]:
            found.append(f"silent leftover: {name}")
    return sorted(set(found))


def _functions(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield ast.unparse(node).replace("'", '"')


def search(numbers: Sequence[int], seed: int, tool: str | None = None) -> dict[int, list[str]]:
    """Return the programs of which something does not hold, and what."""
    given = {number: program(number, seed) for number in numbers}
    after = migrated(given, tool)
    found = {number: faults(one, after[number]) for number, one in given.items()}
    return {number: wrong for number, wrong in found.items() if wrong}


def show(number: int, seed: int, tool: str | None) -> None:
    """Print one program, and what became of it."""
    one = program(number, seed)
    after = migrated({number: one}, tool)[number]
    print(one.made_of)
    for name, text in one.files.items():
        print(f"--- {name}\n{text}")
        if after.files[name] != text:
            print(f"+++ {name}\n{after.files[name]}")
    print("left:", dict(after.left), *after.errors, sep="\n")
    print("before:", run(one, one.files, None), "after:", run(one, after.files, VARIANTS[0]), sep="\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--programs", type=int, default=2000, help="how many programs (default: 2000)")
    parser.add_argument("--seed", type=int, default=None, help="make the same programs again")
    parser.add_argument("--only", type=int, default=None, metavar="NUMBER", help="show one program and its migration")
    parser.add_argument("--tool", default=None, metavar="PATH", help="another version of v3-migrate")
    arguments = parser.parse_args(argv)
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    if arguments.only is not None:
        show(arguments.only, seed, arguments.tool)
        arguments.programs = 0
    wrong: dict[int, list[str]] = {}
    for start in range(0, arguments.programs, BATCH):
        wrong |= search(range(start, min(start + BATCH, arguments.programs)), seed, arguments.tool)
    if arguments.only is not None:
        wrong = search([arguments.only], seed, arguments.tool)
    for number, what in wrong.items():
        print(f"{number}: {'; '.join(what)} ({', '.join(program(number, seed).made_of)})")
    kinds = Counter(kind.split(":")[0] for what in wrong.values() for kind in what)
    print(f"{arguments.programs} programs, {len(wrong)} with a fault: {dict(kinds)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

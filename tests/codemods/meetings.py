"""Programs in which the vendor's messages meet somebody else's: what the other value is, and where the two meet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import indent

OWN = {
    "dict display": '{"message_type": "FinalTranscript", "text": "own"}',
    "dict call": 'dict(message_type="FinalTranscript", text="own")',
    "dict of pairs": 'dict([("message_type", "FinalTranscript"), ("text", "own")])',
    "dict of split pairs": 'dict(pair.split("=") for pair in "message_type=FinalTranscript&text=own".split("&"))',
    "dict of zip": 'dict(zip(("message_type", "text"), "FinalTranscript,own".split(",")))',
    "fromkeys": 'dict.fromkeys(("message_type", "text"), "FinalTranscript")',
    "dict comprehension": '{key: "FinalTranscript" for key in ("message_type", "text")}',
    "dict comprehension over pairs": '{key: value for key, value in [("message_type", "x"), ("text", "own")]}',
    "computed keys": '{"message" + "_type": "FinalTranscript", "te" + "xt": "own"}',
    "keys from names": '{KEY: "FinalTranscript", OTHER_KEY: "own"}',
    "item of a list": '[{"message_type": "FinalTranscript", "text": "own"}][0]',
    "item of a slice": '[{"message_type": "FinalTranscript", "text": "own"}][:1][0]',
    "copy": 'copy.copy({"message_type": "FinalTranscript", "text": "own"})',
    "union": '{"message_type": "FinalTranscript"} | {"text": "own"}',
    "spread": '{**{"message_type": "FinalTranscript"}, "text": "own"}',
    "parse_qsl": 'dict(parse_qsl("message_type=FinalTranscript&text=own"))',
    "parse_qs": 'parse_qs("message_type=FinalTranscript&text=own")',
    "csv": 'next(csv.DictReader(["message_type,text", "FinalTranscript,own"]))',
    "row": 'DATABASE.execute("select message_type, text from lines").fetchone()',
    "rows": 'DATABASE.execute("select message_type, text from lines").fetchall()[0]',
    "function": "made()",
    "lambda": '(lambda: {"message_type": "FinalTranscript", "text": "own"})()',
    "generator": "next(several())",
    "method": "Maker().make()",
    "class attribute": "Maker.KEPT",
    "instance attribute": "Maker().kept",
    "property": "Maker().newest",
    "conditional": '{"message_type": "x", "text": "a"} if READY else {"message_type": "x", "text": "b"}',
    "or": 'None or {"message_type": "FinalTranscript", "text": "own"}',
    "another provider": 'json.loads(websocket.create_connection("wss://other.example.com/ws").recv())',
}
"""Values that are seen to be the program's own, or another provider's."""

UNSEEN = {
    "library": "archive.next_row()",
    "constant of a library": "archive.NEWEST",
    "method of a library's object": 'archive.open_rows("x").next_row()',
    "first of a library's rows": "next(iter(archive.rows()))",
    "file": 'json.load(open("rows.json"))',
    "text of a file": 'json.loads(open("rows.json").read())',
    "environment": 'json.loads(os.environ["ROW"])',
    "request": 'requests.get("https://example.com/row").json()',
    "pickle": "pickle.loads(BLOB)",
    "evaluated": 'eval("ROW")',
    "executed": 'filled_by_exec()["row"]',
    "result of a future": "POOL.submit(archive.next_row).result()",
    "sent into a generator": "echo()",
    "arguments of an exception": "from_exception()",
    "getattr of an object": "Proxy().row",
    "item of an object": "Proxy()[0]",
    "attribute by name": 'getattr(archive, "row" + "s")',
    "parameter": "given()",
    "arithmetic of objects": "archive.ROWS - archive.OLD",
}
"""Values that come from out of sight."""

OBJECTS = {
    "object": "Own()",
    "method": "Maker().transcript()",
    "class attribute": "Maker.TRANSCRIPT",
    "item of a list": "[Own()][0]",
    "conditional": "Own() if READY else Own()",
    "dict": '{"text": "own"}',
    "named tuple": 'Line("own")',
}
"""Objects of the program's own that meet the SDK's transcripts."""

MEETINGS = {
    "call": "handle(OTHER)",
    "keyword": "handle(event=OTHER)",
    "star": "handle(*[OTHER])",
    "double star": 'handle(**{"event": OTHER})',
    "variable": "row = OTHER\nhandle(row)",
    "two variables": "first = OTHER\nsecond = first\nhandle(second)",
    "wrapper": "def passed_on(row):\n    handle(row)\n\npassed_on(OTHER)",
    "any arguments": "def forward(*args, **kwargs):\n    handle(*args, **kwargs)\n\nforward(OTHER)",
    "closure": "row = OTHER\n\ndef inner():\n    handle(row)\n\ninner()",
    "lambda": "(lambda row: handle(row))(OTHER)",
    "partial": "functools.partial(handle, OTHER)()",
    "map": "list(map(handle, [OTHER]))",
    "loop": "for row in [OTHER]:\n    handle(row)",
    "comprehension": "[handle(row) for row in (OTHER,)]",
    "queue": "QUEUE.put(OTHER)",
    "list": "KEPT.append(OTHER)",
    "slice": "KEPT[:] = [OTHER]",
    "dict": 'TABLE["row"] = OTHER\nhandle(TABLE["row"])',
    "attribute": "STATE.event = OTHER",
    "setattr": 'setattr(STATE, "event", OTHER)',
    "global": "global LATEST\nLATEST = OTHER",
    "thread": "threading.Thread(target=handle, args=(OTHER,)).start()",
    "this module": "sys.modules[__name__].handle(OTHER)",
    "default": "def late(row=OTHER):\n    handle(row)\n\nlate()",
    "yield": "def rows():\n    yield OTHER\n\nfor row in rows():\n    handle(row)",
    "return": "def row():\n    return OTHER\n\nhandle(row())",
}
"""What the program does with the other value, so that it comes to where the vendor's messages are read."""

ESCAPES = {
    "handed to a library": 'archive.subscribe("rows", handle)',
    "registered by a decorator": "@archive.each\ndef row(event):\n    handle(event)",
    "kept by a library": "archive.on_row = handle",
}
"""Ways in which code out of sight comes to call a function of the program."""

_HEAD = """\
import copy
import csv
import functools
import json
import os
import pickle
import queue
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import parse_qs, parse_qsl

import archive
import assemblyai as aai
import requests
import websocket

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
KEY, OTHER_KEY = "message_type", "text"
READY = len(sys.argv) > 1
BLOB = b""
DATABASE = sqlite3.connect("rows.db")
POOL = ThreadPoolExecutor()


class Own:
    text = "own"


class Line(NamedTuple):
    text: str


class Maker:
    TRANSCRIPT = Own()
    KEPT = {"message_type": "FinalTranscript", "text": "own"}

    def __init__(self):
        self.kept = {"message_type": "FinalTranscript", "text": "own"}

    def make(self):
        return {"message_type": "FinalTranscript", "text": "own"}

    def transcript(self):
        return Own()

    @property
    def newest(self):
        return {"message_type": "FinalTranscript", "text": "own"}


class Proxy:
    def __getattr__(self, name):
        return archive.get(name)

    def __getitem__(self, index):
        return archive.get(index)


def made():
    return {"message_type": "FinalTranscript", "text": "own"}


def several():
    yield {"message_type": "FinalTranscript", "text": "own"}


def filled_by_exec():
    names = {}
    exec(archive.CODE, names)
    return names


def echo():
    def receive():
        while True:
            value = yield value_of(archive)

    def value_of(source):
        return source.next_row()

    return receive().send(archive.next_row())


def from_exception():
    try:
        archive.check()
    except ValueError as error:
        return error.args[0]


def given():
    return archive.ask(lambda row: row)
"""

_BLOCK = """

def handle(event):
    if event["message_type"] == "FinalTranscript":
        print(event["text"])


def of_vendor(ws, raw):
    handle(json.loads(raw))


def other():
    BODY


websocket.WebSocketApp(URL, on_message=of_vendor).run_forever()
"""
_SDK_BLOCK = """

def handle(event):
    if isinstance(event, aai.RealtimeFinalTranscript):
        print(event.text)


def of_vendor(event):
    handle(event)


def other():
    BODY


session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=of_vendor, on_error=print)
session.connect()
session.close()
"""
_KEEPERS = {
    "QUEUE": "QUEUE = queue.Queue()\n\n\ndef drain():\n    handle(QUEUE.get())\n",
    "KEPT": "KEPT = []\n\n\ndef drain():\n    for event in KEPT:\n        handle(event)\n",
    "TABLE": "TABLE = {}\n",
    "LATEST": "LATEST = None\n\n\ndef drain():\n    handle(LATEST)\n",
    "STATE": "class Kept:\n    event = None\n\n\nSTATE = Kept()\n\n\ndef drain():\n    handle(STATE.event)\n",
}
"""What a meeting needs that keeps the other value for later."""
_NAMES = ("handle", "QUEUE", "KEPT", "TABLE", "LATEST", "STATE", "Kept", "of_vendor", "drain", "other", "session")


def program(value: str, meetings: Mapping[str, str], *, sdk: bool = False) -> tuple[str, dict[str, range]]:
    """Return a program with a `handle` for each of `meetings`, given the vendor's messages and `value`; and its lines.

    The first lines, up to the first of the ranges, are shared.

    Args:
        sdk: whether the vendor's messages are transcripts of the SDK.
    """
    text, lines = _HEAD, {}
    for index, (name, meeting) in enumerate(meetings.items()):
        body = indent(meeting.replace("OTHER", value), "    ")
        kept = "".join(f"\n\n{code}" for keeper, code in _KEEPERS.items() if keeper in meeting)
        block = kept + (_SDK_BLOCK if sdk else _BLOCK).replace("    BODY", body)
        for word in _NAMES:
            block = re.sub(rf"(?<![.\w]){word}(?!\w)|(?<=\[__name__\]\.){word}(?!\w)", f"{word}_{index}", block)
        start = text.count("\n") + 1
        text += block
        lines[name] = range(start, text.count("\n") + 1)
    return text, lines

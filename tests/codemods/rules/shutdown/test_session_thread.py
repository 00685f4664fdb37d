"""Sessions of the synchronous client of `websockets` (V3M520): rewritten shapes, and others."""

from __future__ import annotations

import pytest

from tests.codemods.rules.shutdown.programs import ended, reports, rewrites

SYNC = """\
import json
import threading

from websockets.sync.client import connect


def send(ws):
    while True:
        ws.send(microphone.read(3200))
    ws.send(json.dumps({"terminate_session": True}))


def main():
    with connect(V2) as ws:
        threading.Thread(target=send, args=(ws,)).start()
        for message in ws:
            print(message)


main()
"""
END = '    ws.send(json.dumps({"terminate_session": True}))\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("while True", "while recording"),
        ("        for message in ws:\n", "        try:\n          for message in ws:\n  "),
        (END, f"    for _ in range(9):\n        ws.send(bytes(3200))\n{END}"),
        (END, ""),  # it ends the session then, which nobody did
    ],
)
def test_a_sender_in_a_thread_ends_the_session_itself(old: str, new: str) -> None:
    source = SYNC.replace(old, new) if old else SYNC
    if "try:" in source:
        source = source.replace("print(message)\n", "print(message)\n        except ValueError:\n            pass\n")
    result = ended(source)
    assert rewrites(result) == {"V3M520"}
    assert reports(result) == set()
    assert "as ws, session_messages(ws, stop_event) as messages:\n" in result.text
    assert "for message in messages():\n" in result.text
    sender = result.text.partition("def send(ws):\n")[2].partition("def main")[0]
    assert sender.count("stop_event.is_set()") == sender.count("while ") + sender.count("for ")
    assert sender.count("Terminate") == 1 and sender.rstrip().splitlines()[-1].startswith("    ws.send(")


def test_a_class_has_an_event_of_its_own() -> None:
    lines = SYNC.partition("def send(ws)")
    methods = (
        (lines[1] + lines[2]).replace("def send(ws)", "def send(self, ws)").replace("def main()", "def main(self)")
    )
    methods = methods.replace("target=send", "target=self.send").partition("\n\nmain()")[0]
    body = "".join(f"    {line}" if line.strip() else line for line in methods.splitlines(keepends=True))
    init = "    def __init__(self):\n        self.name = 'captions'\n\n"
    result = ended(f"{lines[0]}class Captions:\n{init}{body}\n\nCaptions().main()\n")
    assert rewrites(result) == {"V3M520"}
    assert "session_messages(ws, self.stop_event) as messages" in result.text
    assert "        self.stop_event = threading.Event()\n        self.name = 'captions'\n" in result.text


NOT_SYNC = {
    "it receives before": SYNC.replace("        threading", "        ws.recv()\n        threading"),
    "it catches Ctrl+C inside": SYNC.replace(
        "        for message in ws:\n            print(message)\n",
        "        try:\n            for message in ws:\n                print(message)\n"
        "        except KeyboardInterrupt:\n            print('bye')\n",
    ),
    "it ends the session elsewhere": SYNC.replace(END, "").replace(
        "            print(message)\n", f"            print(message)\n        {END}"
    ),
    "it ends it in the loop": SYNC.replace(END, f"        if done:\n        {END}        "),
    "it runs in a thread": SYNC.replace("\nmain()", "\nthreading.Thread(target=main).start()"),
    "the thread is older": SYNC.replace("        threading.Thread(target=send, args=(ws,)).start()\n", "")
    .replace("def main():", "def start(ws):\n    threading.Thread(target=send, args=(ws,)).start()\n\n\ndef main():")
    .replace("        for message", "        start(ws)\n        for message"),
    "a name is taken": SYNC.replace("def main", "messages = []\n\n\ndef main"),
    "a module's name is taken": SYNC.replace("def main", "queue = []\n\n\ndef main"),
    "no name": SYNC.replace("with connect(V2) as ws:", "ws = connect(V2)\n    with ws:"),
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in NOT_SYNC.items()])
def test_a_synchronous_session_that_is_not_understood_stays(source: str) -> None:
    result = ended(source)
    assert "V3M520" not in rewrites(result)
    assert "stop_event" not in result.text
    assert reports(result) & {"V3M510", "V3M520"}

"""Connections made in a thread, and missing where they end (V3M515, V3M516): rewritten shapes, and others."""

from __future__ import annotations

import pytest

from tests.codemods.rules.shutdown.programs import APP, ENDING, ended, reports, rewrites

LIMIT = "websocket.setdefaulttimeout(4)"
THREADED = """\
import json
import threading

import websocket


def on_open(ws):
    print("connected")
    feed(ws)


def feed(ws):
    ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)


ws = websocket.WebSocketApp(V2, on_open=on_open)
connection = threading.Thread(target=ws.run_forever)
connection.start()
try:
    input()
finally:
    ws.send(json.dumps({"terminate_session": True}))
    connection.join()
"""
START = "connection = threading.Thread(target=ws.run_forever)\nconnection.start()\n"


@pytest.mark.parametrize(
    ("start", "line"),
    [
        (START, "connection = threading.Thread(target=ws.run_forever)"),
        (
            "connection = threading.Thread(target=lambda: ws.run_forever(ping_interval=5))\nconnection.start()\n",
            "connection = threading.Thread(target=lambda: ws.run_forever(ping_interval=5))",
        ),
        (
            "def run():\n    while True:\n        ws.run_forever()\n\n\n"
            "connection = threading.Thread(target=run)\nconnection.start()\n",
            "ws.run_forever()",
        ),
    ],
)
def test_the_limit_is_set_before_each_attempt_and_lifted_when_connected(start: str, line: str) -> None:
    result = ended(THREADED.replace(START, start))
    assert rewrites(result) == {"V3M515", "V3M516"}
    before, _, rest = result.text.partition(LIMIT)
    assert rest.partition("\n")[2].lstrip().startswith(line)
    assert (
        "def on_open(ws):\n"
        "    websocket.setdefaulttimeout(None)\n"
        "    ws.sock.settimeout(None)  # connected: it may be silent for longer\n"
        '    print("connected")\n'
    ) in before


def test_the_limit_of_a_class_is_lifted_on_the_app_that_it_is_given() -> None:
    methods = THREADED.partition("def on_open")[0] + (
        "class Captions:\n"
        "    def start(self):\n"
        "        self.app = websocket.WebSocketApp(V2, on_open=self.on_open)\n"
        "        self.thread = threading.Thread(target=self.app.run_forever, daemon=True)\n"
        "        self.thread.start()\n\n"
        "    def on_open(self, app):\n"
        "        app.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)\n\n"
        "    def stop(self):\n"
        "        self.app.close()\n"
    )
    result = ended(methods)
    assert rewrites(result) == {"V3M503", "V3M515"}
    assert "        app.sock.settimeout(None)" in result.text


def test_names_imported_one_by_one_stay_so() -> None:
    result = ended(
        THREADED.replace("import websocket\n", "from websocket import ABNF, WebSocketApp\n")
        .replace("websocket.WebSocketApp", "WebSocketApp")
        .replace("websocket.ABNF", "ABNF")
    )
    names = ("ABNF", "WebSocketApp", "WebSocketConnectionClosedException", "setdefaulttimeout")
    rows = "".join(f"    {name},\n" for name in names)
    assert f"from websocket import (\n{rows})\n" in result.text
    assert "websocket." not in result.text


NO_LIMIT = {
    "one of the program's own": THREADED.replace(START, f"websocket.setdefaulttimeout(9)\n{START}"),
    "another user of the library": THREADED + "other = websocket.create_connection('wss://example.com/chat')\n",
    "another user of the library, too": THREADED + "other = websocket.WebSocketApp('wss://example.com/chat')\n",
    "nobody to lift it": THREADED.replace(", on_open=on_open", "") + "feed(ws)\n",
    "nobody with a body": THREADED.replace("on_open=on_open", "on_open=lambda ws: feed(ws)"),
    "somebody in disguise": THREADED.replace("def on_open", "@wrapped\ndef on_open"),
    "somebody who may come unconnected": THREADED + "on_open(ws)\n",
    "somebody without the app": THREADED.replace("def on_open(ws)", "def on_open(*anything)"),
    "who may be either of two": THREADED.replace(
        START, f"def other(ws):\n    feed(ws)\n\n\nif fast:\n    ws.on_open = other\n{START}"
    ),
    "two runs": THREADED.replace(START, f"{START}ws.run_forever()\n"),
    "a run in a test": THREADED.replace(
        START,
        "def run():\n    if ws.run_forever():\n        print('failed')\n\n\n"
        "connection = threading.Thread(target=run)\nconnection.start()\n",
    ),
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in NO_LIMIT.items()])
def test_a_limit_that_may_do_harm_is_not_set(source: str) -> None:
    result = ended(source)
    assert "V3M515" not in rewrites(result)
    assert LIMIT not in result.text and "settimeout(None)" not in result.text
    # the interpreter waits for this thread; the program has its own limit in one case
    assert ("V3M515" in reports(result)) == ("setdefaulttimeout" not in source)


def test_a_main_thread_can_be_interrupted_and_a_daemon_does_not_hold_the_program() -> None:
    main = ended(APP.replace("run_forever()", "run_forever(reconnect=5)"))
    daemon = ended(NO_LIMIT["nobody to lift it"].replace("run_forever)", "run_forever, daemon=True)"))
    for result in (main, daemon):
        assert LIMIT not in result.text
        assert "V3M515" not in reports(result)


WAY_OUT = """\
import json

import websocket

ws = websocket.create_connection(V2)
END = json.dumps({"terminate_session": True})
try:
    while True:
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
HANDLERS
"""
GUARD = """\
        try:
            ws.send(END)
        except (websocket.WebSocketConnectionClosedException, OSError):
            pass  # there is no connection (any more)
"""


@pytest.mark.parametrize(
    ("handlers", "guarded"),
    [
        ("except KeyboardInterrupt:\n    ws.send(END)", True),
        ("except (KeyboardInterrupt, EOFError):\n    print('bye')\n    ws.send(END)\n    free()", True),
        ("finally:\n    ws.send(END)\n    free()", True),
        ("finally:\n    if ws:\n        ws.send(END)\n        free()", True),
        ("finally:\n    free()\n    ws.send(END)", False),  # nothing is left to be done
        ("finally:\n    if ws.connected:\n        ws.send(END)\n    free()", False),
        ("finally:\n    try:\n        ws.send(END)\n    except Exception:\n        pass\n    free()", False),
        ("finally:\n    sent = ws.send(END)\n    free(sent)", False),
        ("except ValueError:\n    ws.send(END)\n    free()", False),
        ("except KeyboardInterrupt:\n    def end():\n        ws.send(END)\n    end()", False),
    ],
)
def test_a_connection_that_is_gone_does_not_keep_the_rest_from_happening(handlers: str, guarded: bool) -> None:
    result = ended(WAY_OUT.replace("HANDLERS", handlers))
    assert ("V3M516" in rewrites(result)) == guarded
    assert ("\n".join(line.strip() for line in GUARD.splitlines())) in (
        "\n".join(line.strip() for line in result.text.splitlines())
    ) or not guarded


def test_an_end_that_another_rule_rewrites_needs_no_guard() -> None:
    end = 'try:\n    input()\nfinally:\n    ws.send(json.dumps({"terminate_session": True}))\n    ws.close()\n'
    result = ended(ENDING.partition("{end}")[0] + end)
    assert rewrites(result) == {"V3M509"}
    assert "finally:\n    end_session(ws)\n    ws.close()\n" in result.text

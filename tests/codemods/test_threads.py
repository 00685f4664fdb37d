"""How threads and the connections made in them end (V3M511, V3M515 to V3M520): shapes that are rewritten, and not."""

from __future__ import annotations

import pytest

from codemods.rules.unshown import Unshown
from tests.codemods.programs import migrate
from tests.codemods.test_shutdown import APP, CLASS, ENDING, OPTIONS, ended, reports, rewrites

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
    imported = "from websocket import ABNF, WebSocketApp, WebSocketConnectionClosedException, setdefaulttimeout\n"
    assert imported in result.text
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


BACKGROUND = {
    "an executor": APP.replace("ws.run_forever()", "def serve():\n    ws.run_forever()\n\n\npool.submit(serve)"),
    "a web framework": APP.replace("ws.run_forever()", "@app.route('/')\ndef serve():\n    ws.run_forever()"),
    "a thread of the program's own": APP.replace(
        "ws.run_forever()",
        "class Runner(threading.Thread):\n    def run(self):\n        ws.run_forever()\n\n\nRunner().start()",
    ),
    "a callback": APP.replace("on_open=on_open)", "on_open=on_open, on_close=again)").replace(
        "ws = websocket", "def again(ws, code, reason):\n    ws.run_forever()\n\n\nws = websocket"
    ),
}
MAIN_ONLY = {
    "it exits": "sys.exit(3)",
    "it exits another way": "raise SystemExit(3)",
    "it presses Ctrl+C": "raise KeyboardInterrupt",
    "a data base": "db.execute('insert')",
    "an event loop": "asyncio.get_event_loop().call_soon(print)",
    "a page": "st.write(message)",
}
AGAIN = {
    "a thread in a loop": APP.replace(
        "    threading.Thread(target=capture, daemon=True).start()",
        "    for _ in range(2):\n        threading.Thread(target=capture, daemon=True).start()",
    ),
    "a thread that comes again": APP.replace(
        "    def capture", "    listen(ws)\n\n\ndef listen(ws):\n    def capture"
    ).replace("on_open=on_open)", "on_open=on_open, on_message=lambda ws, message: listen(ws))"),
    "a loop with an else": APP.replace("while True:", "while running:").replace(
        "OPCODE_BINARY)\n", "OPCODE_BINARY)\n        else:\n            print('muted')\n"
    ),
    "another app": APP.replace(
        "ws.run_forever", "other = websocket.WebSocketApp('wss://example.com/chat')\nws.run_forever"
    ),
    "slots": CLASS.replace("class Captions:\n", "class Captions:\n    __slots__ = ('ws',)\n\n"),
}


@pytest.mark.parametrize(
    "source",
    [
        *(pytest.param(source, id=name) for name, source in (BACKGROUND | AGAIN).items()),
        *(
            pytest.param(
                "import asyncio\nimport sqlite3\nimport sys\n\nimport streamlit as st\n"
                + APP.replace("on_open=on_open", "on_open=on_open, on_message=on_message").replace(
                    "ws = websocket",
                    f"db = sqlite3.connect('x')\n\n\ndef on_message(ws, message):\n    {line}\n\n\nws = websocket",
                ),
                id=name,
            )
            for name, line in MAIN_ONLY.items()
        ),
    ],
)
def test_what_has_to_stay_on_the_main_thread_or_is_not_on_it_is_left_there(source: str) -> None:
    result = ended(source)
    assert "V3M506" not in rewrites(result)
    assert "V3M510" in reports(result)
    assert "ws.run_forever()" in result.text


@pytest.mark.parametrize(
    ("test", "stoppable"),
    [
        ("running", "running and not stop_event.is_set()"),
        ("data := read()", "(data := read()) and not stop_event.is_set()"),
        ("(data := read())", "(data := read()) and not stop_event.is_set()"),
        ("a if b else c", "(a if b else c) and not stop_event.is_set()"),
        ("a or b", "(a or b) and not stop_event.is_set()"),
        ("not muted", "not muted and not stop_event.is_set()"),
    ],
)
def test_a_loop_asks_for_the_event_behind_its_own_test(test: str, stoppable: str) -> None:
    assert f"            while {stoppable}:\n" in ended(APP.replace("while True", f"while {test}")).text


def test_each_loop_around_a_send_can_be_stopped() -> None:
    nested = APP.replace(
        "            ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)",
        "            wait()\n            while armed:\n"
        "                for chunk in microphone:\n"
        "                    ws.send(chunk, websocket.ABNF.OPCODE_BINARY)",
    )
    text = ended(nested).text
    assert "while not stop_event.is_set():\n" in text
    assert "while armed and not stop_event.is_set():\n" in text
    assert "for chunk in microphone:\n                        if stop_event.is_set():\n" in text
    assert text.count("except (websocket.WebSocketConnectionClosedException, ConnectionError):") == 1


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


JOINED = """\
import threading

import websocket

ws = websocket.create_connection(V2)


def talk():
    while running:
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
    ws.send('{"terminate_session": true}')


worker = threading.Thread(target=talk)
worker.start()
try:
    worker.join()
except KeyboardInterrupt:
    stop()
    worker.join()
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("except KeyboardInterrupt:", "except (EOFError, KeyboardInterrupt) as reason:"),
        ("try:\n    worker.join()", "try:\n    if worker.is_alive():\n        worker.join()"),
        ("import threading\n", "import threading\nimport time\n"),
        (
            "ws = websocket.create_connection(V2)",
            "import assemblyai as aai\n\ntranscriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print)",
        ),
    ],
)
def test_ctrl_c_interrupts_the_waiting_and_not_the_thread(old: str, new: str) -> None:
    source = JOINED.replace(old, new) if old else JOINED
    if "aai" in new:
        source = source.replace("ws.send_binary(", "transcriber.stream(").replace("        print(ws.recv())\n", "")
        source = source.replace("ws.send('{\"terminate_session\": true}')", "transcriber.close()")
    result = ended(source)
    assert "V3M519" in rewrites(result)
    assert "while worker.is_alive():" in result.text
    assert result.text.count("import time\n") == 1
    assert result.text.endswith("worker.join(timeout=5)\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("try:\n    worker.join()", "try:\n    worker.join(60)"),  # a limit of the program's own
        ("except KeyboardInterrupt:", "except Exception:"),  # nothing catches Ctrl+C
        ("target=talk", "target=lambda: print('tick')"),  # a thread of no session
        ("target=talk", "target=print"),
        ("worker.start()", "worker.start()\nworker = other()"),
        ("import threading\n", "import threading\nfrom time import time\n"),  # the name is taken
        ("try:\n    worker.join()", "try:\n    finished = worker.join()"),
        ("try:\n    worker.join()", "try:\n    ' '.join(words)"),
    ],
)
def test_other_joins_stay(old: str, new: str) -> None:
    assert old in JOINED
    result = ended(JOINED.replace(old, new))
    assert "V3M519" not in rewrites(result)
    assert "is_alive" not in result.text and "timeout=5" not in result.text


def test_a_join_in_a_thread_stays() -> None:
    lines = JOINED.partition("try:\n")
    body = "".join(f"    {line}" for line in (lines[1] + lines[2]).splitlines(keepends=True))
    result = ended(f"{lines[0]}\n\ndef watch():\n{body}\n\nthreading.Thread(target=watch).start()\n")
    assert "V3M519" not in rewrites(result)


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


BLOCK = """\
import threading

import pyaudio
import websocket


class Line:
    def __init__(self):
        self.ws = websocket.create_connection(V2)

    def feed(self, sound):
        self.ws.send_binary(sound)

    def hang_up(self):
        self.ws.send('{"terminate_session": true}')
        self.ws.close()


def listen(line):
    pa = pyaudio.PyAudio()
    mic = pa.open(rate=16000, channels=1, format=pyaudio.paInt16, input=True)
    while True:
        line.feed(mic.read(3200))


def main():
    line = Line()
    threading.Thread(target=listen, args=(line,), daemon=True).start()
    print("Ctrl+C ends it")
    try:
        while True:
            print(line.ws.recv())
    except KeyboardInterrupt:
        line.hang_up()


main()
"""
THREAD = "    threading.Thread(target=listen, args=(line,), daemon=True).start()\n"
STOPPED = """\
    try:
        try:
            while True:
                print(line.ws.recv())
        finally:
            stop_event.set()
            {thread}.join(timeout=1)
    except KeyboardInterrupt:
        line.hang_up()
"""
READER = """\
    try:
        while not stop_event.is_set():
            line.feed(mic.read(3200))
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        pass  # the connection is gone
    finally:
        pa.terminate()
"""


@pytest.mark.parametrize(
    ("old", "new", "thread"),
    [
        (THREAD, THREAD, "audio_thread"),
        (THREAD, "    ear = threading.Thread(target=listen, args=(line,), daemon=True)\n    ear.start()\n", "ear"),
    ],
)
def test_a_thread_ends_before_ctrl_c_ends_the_session(old: str, new: str, thread: str) -> None:
    result = ended(BLOCK.replace(old, new))
    assert {"V3M511", "V3M512"} <= rewrites(result)
    assert STOPPED.format(thread=thread) in result.text
    assert READER in result.text
    assert result.text.count("stop_event = threading.Event()") == 1


def test_a_thread_that_sends_itself_ends_like_one_that_lets_others_send() -> None:
    without = BLOCK.replace("        self.ws.send_binary(sound)\n", "        print(len(sound))\n")
    result = ended(without.replace("line.feed(", "line.ws.send_binary("))
    assert {"V3M511", "V3M512"} <= rewrites(result)
    assert "finally:\n            stop_event.set()\n            audio_thread.join(timeout=1)\n" in result.text


UNBLOCKED = {
    "nothing waits": BLOCK.replace("        while True:\n            print(line.ws.recv())", "        print(line.ws)"),
    "the try is not the last": BLOCK.replace(
        "        line.hang_up()\n\n\n", "        line.hang_up()\n    line.ws.recv()\n\n\n"
    ),
    "Ctrl+C ends nothing": BLOCK.replace("        line.hang_up()\n\n\n", "        print('bye')\n\n\n"),
    "nobody catches Ctrl+C": BLOCK.replace("except KeyboardInterrupt", "except ValueError"),
    "another thread's block": BLOCK.replace("\n\nmain()", "\n\nthreading.Thread(target=main).start()"),
    "other things in between": BLOCK.replace(
        '    print("Ctrl', '    for _ in range(9):\n        pass\n    print("Ctrl'
    ),
    "the name is taken": BLOCK + "stop_event = None\n",
    "two threads": BLOCK.replace(THREAD, THREAD + THREAD),
    "somebody else feeds": BLOCK.replace("            print(line.ws.recv())", "            line.feed(line.ws.recv())"),
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in UNBLOCKED.items()])
def test_a_thread_of_an_unknown_life_is_left_alone(source: str) -> None:
    result = ended(source)
    assert "V3M511" not in rewrites(result)
    assert "stop_event.set()" not in result.text
    assert "V3M511" in reports(result)


ESCAPING = {
    "a stream of others": BLOCK.replace("mic = pa.open", "line.mic = pa.open").replace("mic.read", "line.mic.read"),
    "a stream that is handed on": BLOCK.replace(
        "    while True:\n        line.feed(mic", "    keep(mic)\n    while True:\n        line.feed(mic"
    ),
    "a PyAudio that is handed on": BLOCK.replace(
        "    while True:\n        line.feed", "    keep(pa)\n    while True:\n        line.feed"
    ),
    "a PyAudio of the module": BLOCK.replace("    pa = pyaudio", "    global pa\n    pa = pyaudio"),
    "a stream for a function inside": BLOCK.replace(
        "    while True:\n        line.feed",
        "    def level():\n        return mic.read(1)\n\n    while True:\n        line.feed",
    ),
    "more to do behind the loop": BLOCK.replace("(mic.read(3200))\n", "(mic.read(3200))\n    print(mic)\n"),
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in ESCAPING.items()])
def test_a_device_that_others_may_have_is_not_freed_under_them(source: str) -> None:
    result = ended(source)
    assert "V3M512" not in rewrites(result)
    assert "terminate()\n" not in result.text.replace("its terminate()", "")
    assert "V3M512" in reports(result)


STARTED = """\
import threading

import websocket


class Captions:
    def __init__(self):
        self.app = websocket.WebSocketApp(V2, on_open=self.on_open, on_message=self.on_message)

    def start(self):
        self.connection = threading.Thread(target=self.app.run_forever, daemon=True)
        self.connection.start()

    def on_open(self, ws):
        threading.Thread(target=self.capture, daemon=True).start()

    def capture(self):
        while True:
            self.app.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)

    def on_message(self, ws, message):
        print(message)

    def stop(self):
        print("stopping")
        self.app.close()


captions = Captions()
captions.start()
"""


@pytest.mark.parametrize(
    ("end", "ending"),
    [
        ("self.app.close()", "end_session(self.app)\n        self.app.close()"),
        ("if self.app:\n            self.app.close()", "end_session(self.app)\n            self.app.close()"),
        (
            "self.app.send('{\"terminate_session\": true}')\n        self.connection.join()",
            'self.app.send(\'{"type": "Terminate"}\')\n        self.connection.join()',
        ),
    ],
)
def test_a_method_that_ends_the_session_stops_its_thread_before(end: str, ending: str) -> None:
    result = ended(STARTED.replace("self.app.close()", end))
    assert "V3M511" in rewrites(result)
    head, found, _ = result.text.partition(ending)
    assert found
    lines = [line.strip() for line in head.rstrip().splitlines()[-3:]]
    assert lines == [
        "self.stop_event.set()",
        "if self.audio_thread is not None:",
        "self.audio_thread.join(timeout=1)",
    ]
    # the client may be started once more
    assert result.text.count("        self.stop_event.clear()\n        self.connection = threading.Thread(") == 1
    assert "while not self.stop_event.is_set():" in result.text


def test_a_thread_that_one_method_knows_is_known_to_all() -> None:
    result = ended(
        STARTED.replace(
            "        threading.Thread(target=self.capture, daemon=True).start()",
            "        ear = threading.Thread(target=self.capture, daemon=True)\n        ear.start()",
        )
    )
    assert "V3M511" in rewrites(result)
    assert (
        "        ear = threading.Thread(target=self.capture, daemon=True)\n"
        "        self.audio_thread = ear\n        ear.start()\n"
    ) in result.text
    assert "            self.audio_thread.join(timeout=1)\n" in result.text


@pytest.mark.parametrize(
    ("test", "stop"),
    [("self.running", "self.running = False"), ("not self.ended.is_set()", "self.ended.set()")],
)
def test_a_client_that_stops_its_thread_itself_only_waits_for_it(test: str, stop: str) -> None:
    source = STARTED.replace("while True", f"while {test}").replace('print("stopping")', stop)
    result = ended(source)
    assert "V3M511" in rewrites(result)
    assert "stop_event" not in result.text
    assert (
        f"        {stop}\n        if self.audio_thread is not None:\n"
        "            self.audio_thread.join(timeout=1)\n        end_session(self.app)\n"
    ) in result.text
    # set too late, or not at all: then the event is needed
    late = ended(
        source.replace(f"        {stop}\n        self.app.close()", f"        self.app.close()\n        {stop}")
    )
    assert f"while {test} and not self.stop_event.is_set():" in late.text


def test_a_script_that_runs_once_needs_no_clearing() -> None:
    script = (
        APP.replace(
            "ws.run_forever()", "connection = threading.Thread(target=ws.run_forever)\nconnection.start()\ninput()"
        )
        + "ws.close()\n"
    )
    result = ended(script)
    assert {"V3M503", "V3M511", "V3M515"} == rewrites(result)
    assert "stop_event.clear()" not in result.text
    assert (
        "input()\nstop_event.set()\nif audio_thread is not None:\n    audio_thread.join(timeout=1)\nend_session(ws)\n"
        in (result.text)
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # whoever ends the session is on the connection's thread, which cannot wait for itself, or is nobody
        ('    def stop(self):\n        print("stopping")\n', "    def on_message(self, ws, message):\n"),
        ("        self.app.close()\n", "        self.app.keep_running = False\n"),
        # names, or places for them, that are not as they should be
        ("import threading\n", "import threading\n\nstop_event = None\n"),
        ("    def __init__(self):\n", "    def prepare(self):\n"),
        ('    def stop(self):\n        print("stopping")\n', "\n    @staticmethod\n    def stop(self):\n"),
        # a thread of another time
        ("        self.connection.start()\n", "        self.connection.start()\n        self.on_open(None)\n"),
    ],
)
def test_a_method_that_may_not_be_the_end_is_left_alone(old: str, new: str) -> None:
    assert old in STARTED
    result = ended(STARTED.replace(old, new))
    assert "V3M511" not in rewrites(result)
    assert ".join(timeout=1)" not in result.text
    assert reports(result) & {"V3M510", "V3M511"}


def test_a_queue_that_is_emptied_after_ctrl_c_shows_what_came_last() -> None:
    source = Unshown.examples[0].before
    assert reports(migrate(source, OPTIONS)) == {"V3M523"}
    for old, new in (
        ("    hang_up()\n", "    hang_up()\n    print(sentences.get())\n"),
        ("sentences.get()", "tasks.get()"),  # another queue
        ("except KeyboardInterrupt", "except EOFError"),
        ("sentences.put(ws.recv())", "print(ws.recv())"),  # nobody fills it
    ):
        head, _, tail = source.rpartition(old)
        assert "V3M523" not in reports(migrate(f"{head}{new}{tail}", OPTIONS))


def test_a_device_that_a_method_nobody_calls_would_free_is_freed_at_the_end() -> None:
    held = CLASS.replace(
        "    def __init__(self):\n", "    def __init__(self):\n        self.audio = pyaudio.PyAudio()\n"
    )
    source = "import pyaudio\n" + held.replace(
        "    def run(self)", "    def free(self):\n        self.audio.terminate()\n\n    def run(self)"
    )
    assert "atexit.register(self.audio.terminate)" in ended(source).text
    for called in (source + "app.free()\n", source.replace("Captions().run()", "")):
        result = ended(called)
        assert "atexit" not in result.text and "V3M512" not in reports(result)


def test_attributes_stand_behind_the_base_class_wherever_it_is_called() -> None:
    derived = CLASS.replace("class Captions:", "class Captions(Base):").replace(
        "        self.ws = ", "        name = 'captions'\n        super().__init__(name)\n        self.ws = "
    )
    text = ended(derived).text
    assert text.index("super().__init__(name)") < text.index("self.stop_event = threading.Event()")

"""How audio threads are stopped where nothing else is (V3M511), and free their device (V3M512)."""

from __future__ import annotations

import pytest

from tests.codemods.rules.shutdown.programs import APP, ended, reports, rewrites

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

"""Which code may run on another thread (V3M506), how its loops are stopped, and what its device gets (V3M512)."""

from __future__ import annotations

import pytest

from tests.codemods.rules.shutdown.programs import APP, CLASS, ended, reports, rewrites

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
    assert "for chunk in microphone:\n                            if stop_event.is_set():\n" in text
    assert text.count("contextlib.suppress(websocket.WebSocketConnectionClosedException, ConnectionError):") == 1


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

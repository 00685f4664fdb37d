"""How sessions end (V3M5xx): what is rewritten, what is only reported, and what is left alone."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate
from tests.codemods.rules.shutdown.programs import (
    APP,
    CLASS,
    ENDING,
    GATHER,
    OPTIONS,
    PYAUDIO,
    SWALLOWING,
    V2,
    ended,
    reports,
    rewrites,
)


def test_the_three_programs_that_the_others_vary() -> None:
    assert rewrites(ended(APP)) == rewrites(ended(CLASS)) == {"V3M506", "V3M515"}
    assert rewrites(ended(GATHER)) == {"V3M501"}
    assert reports(ended(APP)) == reports(ended(CLASS)) == reports(ended(GATHER)) == set()


UNPROVEN = {
    # run_forever means something else on another thread, or its result is wanted
    "it reconnects by itself": APP.replace("run_forever()", "run_forever(reconnect=5)"),
    "its result is used": APP.replace("ws.run_forever()", "print(ws.run_forever())"),
    "it runs twice": APP + "ws.run_forever()\n",
    # who sends, and on which thread, is not plain
    "two functions send": APP.replace(
        "def on_open", "def also(sound):\n    ws.send(sound, websocket.ABNF.OPCODE_BINARY)\n\n\ndef on_open"
    ),
    "a thread in a list": APP.replace(
        "threading.Thread(target=capture, daemon=True).start()", "THREADS.append(threading.Thread(target=capture))"
    ),
    "a thread of another time": APP.replace("on_open=on_open)", 'header=["k"])\non_open(ws)'),
    # names that the rewrite would need are taken
    "a helper's name": APP + "\n\ndef end_session():\n    pass\n",
    "the event's name": APP + "\nstop_event = None\n",
    "the thread's name": APP + "\naudio_thread = None\n",
    "a coroutine's helper": GATHER + "\n\ndef run_session():\n    pass\n",
    # a class without a place for its attributes, or whose instance has another name there
    "no __init__": CLASS.replace("def __init__(self)", "def prepare(self)"),
    "another self": CLASS.replace("def __init__(self):\n        self.ws", "def __init__(me):\n        me.ws").replace(
        "on_open=self.on_open, on_close=self.on_close", "on_open=me.on_open, on_close=me.on_close"
    ),
    "a hidden self": CLASS.replace(
        "threading.Thread(target=self.capture).start()",
        "def go(self):\n            threading.Thread(target=self.capture).start()\n\n        go(self)",
    ),
    # tasks that are more than a sender and a receiver
    "three tasks": GATHER.replace("receive())", "receive(), asyncio.sleep(1))"),
    "a result is used": GATHER.replace("    await asyncio.gather", "    result = await asyncio.gather").replace(
        "receive())\n", "receive())\n    print(result)\n"
    ),
    "a sender that cannot be cancelled": GATHER.replace(
        "            await ws.send(chunk)",
        "            try:\n                await ws.send(chunk)\n            finally:\n                continue",
    ),
    "a sender that wants to live": GATHER.replace(
        "            await ws.send(chunk)",
        "            try:\n                await ws.send(chunk)\n"
        "            except asyncio.CancelledError:\n                print('no')",
    ),
    # nothing to hang it on
    "the socket is given away": (
        "import websocket\n\nws = websocket.create_connection(V2)\nws.send_binary(b'')\nhand(ws)\n"
    ),
    "a synchronous block": (
        "from websockets.sync.client import connect\n\n"
        "with connect(V2) as ws:\n    for chunk in CHUNKS:\n        ws.send(chunk)\n        print(ws.recv())\n"
    ),
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in UNPROVEN.items()])
def test_what_is_not_proven_is_reported_and_left(source: str) -> None:
    result = ended(source)
    assert rewrites(result) == set()
    assert "V3M510" in reports(result)
    assert "Terminate" not in result.text


RIGHT = {
    "callbacks": """\
import json
import threading

import pyaudio
import websocket

stopping = threading.Event()
capturing = None


def capture(ws):
    audio = pyaudio.PyAudio()
    stream = audio.open(rate=16000, channels=1, format=pyaudio.paInt16, input=True)
    while not stopping.is_set():
        ws.send(stream.read(3200), websocket.ABNF.OPCODE_BINARY)
    stream.close()
    audio.terminate()


def on_open(ws):
    global capturing
    ws.sock.settimeout(None)
    capturing = threading.Thread(target=capture, args=(ws,))
    capturing.start()


def on_close(ws, code, reason):
    stopping.set()


ws = websocket.WebSocketApp(V2, on_open=on_open, on_close=on_close)
websocket.setdefaulttimeout(10)
connection = threading.Thread(target=ws.run_forever)
connection.start()
try:
    while connection.is_alive():
        stopping.wait(0.1)
except KeyboardInterrupt:
    stopping.set()
    if ws.sock is not None and ws.sock.connected:
        ws.send(json.dumps({"terminate_session": True}))
    connection.join(5)
if capturing is not None:
    capturing.join(5)
""",
    "coroutines": """\
import asyncio
import json

import websockets


async def send(ws, chunks):
    async for chunk in chunks:
        await ws.send(chunk)
    await ws.send(json.dumps({"terminate_session": True}))


async def main(chunks):
    async with websockets.connect(V2) as ws:
        sender = asyncio.create_task(send(ws, chunks))
        async for message in ws:
            print(message)
        await sender


asyncio.run(main(CHUNKS))
""",
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in RIGHT.items()])
def test_programs_that_end_well_are_left_alone(source: str) -> None:
    result = ended(source)
    assert rewrites(result) == reports(result) == set()
    assert "Terminate" in result.text  # the message itself is migrated, as everywhere


@pytest.mark.parametrize("source", [pytest.param(APP, id="callbacks"), pytest.param(GATHER, id="coroutines")])
def test_other_servers_are_none_of_our_business(source: str) -> None:
    other = source.replace("V2", '"wss://example.com/chat"')
    assert migrate(other, OPTIONS).text == other


@pytest.mark.parametrize(
    "run",
    [
        "while True:\n    ws.run_forever()",
        "try:\n    ws.run_forever()\nexcept KeyboardInterrupt:\n    print('bye')",
    ],
)
def test_ctrl_c_goes_through_to_whoever_wants_it(run: str) -> None:
    swallowed = "pass  # run_forever returns on Ctrl+C, too"
    assert swallowed not in ended(APP.replace("ws.run_forever()", run)).text
    assert swallowed in ended(APP).text


def test_attributes_follow_the_base_class() -> None:
    derived = CLASS.replace("class Captions:", "class Captions(Base):").replace(
        "        self.ws = ", "        super().__init__()\n        self.ws = "
    )
    text = ended(derived).text
    assert (
        text.index("super().__init__()") < text.index("self.stop_event = threading.Event()") < text.index("self.ws = ")
    )


def test_a_thread_that_guards_its_own_sending_keeps_its_words() -> None:
    guarded = APP.replace(
        "            ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)",
        "            try:\n"
        "                ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)\n"
        "            except Exception as error:\n"
        "                print(error)\n"
        "                break",
    )
    assert "with contextlib.suppress(websocket.WebSocketConnectionClosedException, ConnectionError):" in ended(APP).text
    heard = "                    except Exception as error:\n                        print(error)\n"
    assert heard in ended(guarded).text


def test_a_sender_that_swallowed_its_cancellation_can_be_cancelled() -> None:
    result = ended(SWALLOWING.format(then='print("again")'))
    assert rewrites(result) == {"V3M501", "V3M513"}
    assert "except Exception:" in result.text


def test_a_sender_keeps_swallowing_if_the_user_wants_it() -> None:
    source = SWALLOWING.format(then='print("again")').replace("V2", f'"{V2}"')
    result = migrate(source, Options(todo=False, harden=True, select=OPTIONS.select, ignore=("V3M513",)))
    assert rewrites(result) == {"V3M502"}  # the block ends the session; nobody waits for the sender


@pytest.mark.parametrize("then", ["raise", "break", "return", "exit(1)"])
def test_a_bare_except_that_ends_the_loop_stays(then: str) -> None:
    result = ended(SWALLOWING.format(then=then))
    assert "V3M513" not in rewrites(result)
    assert "except:" in result.text


@pytest.mark.parametrize(
    ("opening", "release"),
    [
        ("audio = pyaudio.PyAudio()\nstream = audio.open(rate=16000, input=True)", "audio.terminate"),
        ("stream = pyaudio.PyAudio().open(rate=16000, input=True)", "stream.close"),
    ],
)
def test_the_device_is_freed_by_whatever_holds_it(opening: str, release: str) -> None:
    result = ended(PYAUDIO.format(opening=opening))
    assert f"atexit.register({release})" in result.text
    assert rewrites(result) == {"V3M503", "V3M512"}


def test_a_device_that_nothing_holds_is_reported() -> None:
    result = ended(
        PYAUDIO.format(opening="STREAMS = [pyaudio.PyAudio().open(rate=16000, input=True)]\nstream = STREAMS[0]")
    )
    assert reports(result) == {"V3M512"}


JOINING = """\
import threading

import websocket

ws = websocket.create_connection(V2)


def capture():
    while running:
        ws.send_binary(microphone.read(3200))


{start}
print(ws.recv())
ws.send('{{"terminate_session": true}}')
"""


@pytest.mark.parametrize(
    ("start", "reported"),
    [
        ("threading.Thread(target=capture, daemon=True).start()", True),
        ("thread = threading.Thread(target=capture)\nthread.daemon = True\nthread.start()", True),
        ("threading.Thread(target=capture).start()", False),  # the interpreter waits for it
        ("thread = threading.Thread(target=capture)\nthread.start()\nthread.join(5)", False),
    ],
)
def test_an_audio_thread_that_nothing_waits_for_is_reported(start: str, reported: bool) -> None:
    assert ("V3M511" in reports(ended(JOINING.format(start=start)))) == reported


CLOSING = APP.replace(
    "ws = websocket", "def on_message(ws, message):\n    {when}:\n        ws.close()\n\n\nws = websocket"
).replace("on_open=on_open", "on_open=on_open, on_message=on_message")


def test_a_callback_that_closes_the_socket_ends_the_session_first() -> None:
    result = ended(CLOSING.format(when='if "goodbye" in message'))
    assert rewrites(result) == {"V3M503", "V3M506", "V3M515"}
    assert '        ws.send(\'{"type": "Terminate"}\')\n        ws.close()\n' in result.text


def test_a_session_that_is_over_is_not_ended_again() -> None:
    result = ended(
        "import json\n" + CLOSING.format(when='if json.loads(message)["message_type"] == "SessionTerminated"')
    )
    assert rewrites(result) == {"V3M506", "V3M515"}


def test_a_function_that_may_run_on_either_thread_is_left_alone() -> None:
    shared = CLOSING.format(when='if "goodbye" in message').replace("        ws.close()", "        leave()")
    result = ended("def leave():\n    ws.close()\n\n\n" + shared.replace("run_forever()", "run_forever(reconnect=5)"))
    assert rewrites(result) == set()
    assert "V3M510" in reports(result)


def test_terminate_and_close_have_the_last_transcripts_between_them() -> None:
    result = ended(ENDING.format(end='ws.send(json.dumps({"terminate_session": True}))'))
    assert rewrites(result) == {"V3M509"}
    assert result.text.endswith("\nend_session(ws)\nws.close()\n")
    assert "import json" not in result.text


@pytest.mark.parametrize(
    ("end", "reported"),
    [
        ('END = json.dumps({"terminate_session": True})\nws.send(END)', True),  # the constant would be left over
        ('ws.send(json.dumps({"terminate_session": True}))\nreader.join()', False),
    ],
)
def test_an_end_that_cannot_be_rewritten_is_reported_unless_it_waits(end: str, reported: bool) -> None:
    result = ended(ENDING.format(end=end))
    assert "V3M509" not in rewrites(result)
    assert ("V3M509" in reports(result)) == reported
    assert '"Terminate"' in result.text

"""Programs that look like those whose endings are rewritten (V3M5xx), where the rewrite would do harm."""

from __future__ import annotations

import pytest

from tests.codemods.rules.shutdown.programs import APP, GATHER, PYAUDIO, SWALLOWING, ended, reports, rewrites


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"from time import time\n{APP}", id="a function called time"),
        pytest.param(f'time = "12:00"\n{APP}', id="a variable called time"),
        pytest.param(APP.replace("def on_open", "def threading():\n    pass\n\n\ndef on_open"), id="threading"),
        pytest.param(GATHER.replace("async def main", "logging = None\n\n\nasync def main"), id="logging"),
        pytest.param(
            GATHER.replace(
                "async def main", "def say(text):\n    global contextlib\n    contextlib = text\n\n\nasync def main"
            ),
            id="a global that a function sets",
        ),
    ],
)
def test_a_helper_needs_the_names_of_its_libraries(source: str) -> None:
    result = ended(source)
    assert rewrites(result) == set()
    assert "V3M510" in reports(result)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(APP.replace("def on_open(ws):", "def on_open(ws):\n    time = threading.Lock()"), id="a local"),
        pytest.param(f"import time as clock\n{APP}", id="another name for it"),
        pytest.param(f"import time\n{APP}", id="the library itself"),
        pytest.param(f"from time import time\n{GATHER}", id="not needed"),
    ],
)
def test_names_that_do_not_stand_in_the_way(source: str) -> None:
    assert rewrites(ended(source)) & {"V3M501", "V3M506"}


def test_a_device_is_not_freed_by_something_else_called_atexit() -> None:
    opening = "atexit = []\naudio = pyaudio.PyAudio()\nstream = audio.open(rate=16000, input=True)"
    result = ended(PYAUDIO.format(opening=opening))
    assert "V3M512" in reports(result)
    assert "atexit.register" not in result.text


def test_an_import_further_down_is_too_late_for_what_is_put_above_it() -> None:
    late = APP.replace("import threading\n\n", "").replace(
        "\n\nws = websocket", "\n\nimport threading\n\nws = websocket"
    )
    text = ended(late).text
    assert text.index("import threading\n") < text.index("stop_event = threading.Event()")


@pytest.mark.parametrize(
    ("source", "reported"),
    [
        pytest.param('BUTTONS = ["Pause", "Terminate"]\n', True, id="a word on a button"),
        pytest.param("def stop(ws):\n    ws.send('{\"terminate_session\": true}')\n\n\n", True, id="never called"),
        pytest.param("def stop():\n    ws.send('{\"terminate_session\": true}')\n\n\n", False, id="for others to call"),
    ],
)
def test_an_end_that_is_not_seen_to_reach_the_session_is_reported(source: str, reported: bool) -> None:
    result = ended(APP.replace("def on_open", f"{source}def on_open"))
    assert ("V3M510" in reports(result)) == reported
    assert "V3M506" not in rewrites(result)  # it might be terminated twice


@pytest.mark.parametrize(
    "then",
    [
        "if sys.exc_info()[0] is KeyboardInterrupt:\n                        break\n                    print('again')",
        "if not isinstance(sys.exception(), asyncio.CancelledError):\n                        continue\n"
        "                    stop()",
    ],
)
def test_a_handler_that_tells_ctrl_c_apart_itself_stays(then: str) -> None:
    result = ended(SWALLOWING.format(then=then))
    assert "V3M513" not in rewrites(result)
    assert "except:" in result.text


@pytest.mark.parametrize(
    ("loop", "then", "stays"),
    [
        ("while running", "running = False", True),
        ("while not self.done", "self.done = True", True),
        ("while running", "running = True", False),
        ("while failures < 5", "failures += 1", False),
    ],
)
def test_a_handler_that_ends_its_loop_by_a_variable_stays(loop: str, then: str, stays: bool) -> None:
    result = ended(SWALLOWING.replace("while True", loop).format(then=then))
    assert ("V3M513" not in rewrites(result)) == stays
    assert ("except:" in result.text) == stays


def test_a_callback_with_a_default_is_reported_since_the_new_arguments_would_land_there() -> None:
    closing = 'def on_close(ws, note="bye"):\n    print(note)\n\n\nws = websocket'
    result = ended(
        APP.replace("ws = websocket", closing).replace("on_open=on_open", "on_open=on_open, on_close=on_close")
    )
    assert "V3M505" in reports(result)
    assert 'def on_close(ws, note="bye"):' in result.text


def test_new_parameters_stand_on_lines_of_their_own_where_the_others_do() -> None:
    closing = "def on_close(\n    ws,  # the app\n):\n    print(1)\n\n\nws = websocket"
    result = ended(
        APP.replace("ws = websocket", closing).replace("on_open=on_open", "on_open=on_open, on_close=on_close")
    )
    assert "def on_close(\n    ws,  # the app\n    close_status_code,\n    close_msg,\n):\n" in result.text


BESIDE = """\
import asyncio

import websockets


async def main(chunks):
    async with websockets.connect(V2) as ws:
        sender = asyncio.create_task(send(ws, chunks))
        async for message in ws:
            print(message)


async def send(ws, chunks):
    {sending}


asyncio.run(main(CHUNKS))
"""
PUMP = "\n\n\nasync def pump(ws, chunks):\n    async for chunk in chunks:\n        await ws.send(chunk)"
CALLBACK = (
    "loop = asyncio.get_running_loop()\n\n"
    "    def callback(data, frames, time, status):\n"
    "        asyncio.run_coroutine_threadsafe(ws.send(bytes(data)), loop)\n\n"
)


@pytest.mark.parametrize(
    ("sending", "lasts"),
    [
        ("async for chunk in chunks:\n        await ws.send(chunk)", True),
        (f"asyncio.create_task(pump(ws, chunks)){PUMP}", False),
        (f"TASKS.append(asyncio.create_task(pump(ws, chunks))){PUMP}", False),
        (f"task = asyncio.create_task(pump(ws, chunks))\n    await task{PUMP}", True),
        (f"async with asyncio.TaskGroup() as group:\n        group.create_task(pump(ws, chunks)){PUMP}", True),
        (f"{CALLBACK}    microphone.start(callback)", False),
        (f"{CALLBACK}    with microphone.start(callback):\n        await asyncio.Event().wait()", True),
        (
            f"{CALLBACK}    with microphone.start(callback):\n        while True:\n            await asyncio.sleep(1)",
            True,
        ),
    ],
)
def test_a_sender_that_leaves_its_sending_to_others_does_not_end_the_session(sending: str, lasts: bool) -> None:
    beside = BESIDE.format(sending=sending)
    assert rewrites(ended(beside)) == ({"V3M517"} if lasts else {"V3M502"})
    both = beside.replace(
        "        sender = asyncio.create_task(send(ws, chunks))\n"
        "        async for message in ws:\n            print(message)\n",
        "        await asyncio.gather(send(ws, chunks), receive(ws))\n\n\n"
        "async def receive(ws):\n    async for message in ws:\n        print(message)\n",
    )
    assert rewrites(ended(both)) == ({"V3M501"} if lasts else {"V3M502"})


def test_a_sender_that_is_started_again_does_not_end_the_session() -> None:
    started = "sender = asyncio.create_task(send(ws, chunks))\n"
    again = (
        f"{started}\n        def again(task):\n            asyncio.create_task(send(ws, chunks))\n\n"
        "        sender.add_done_callback(again)\n"
    )
    kept = f"{started}        TASKS.add(sender)\n        sender.add_done_callback(TASKS.discard)\n"
    beside = BESIDE.format(sending="async for chunk in chunks:\n        await ws.send(chunk)")
    assert rewrites(ended(beside.replace(started, again))) == {"V3M502"}
    assert rewrites(ended(beside.replace(started, kept))) == {"V3M517"}


WAITING = """\
import asyncio

import websockets


async def main(chunks):
    async with websockets.connect(V2) as ws:
        {waiting}


async def talk(ws, chunks):
    await asyncio.gather(send(ws, chunks), receive(ws))


async def send(ws, chunks):
    async for chunk in chunks:
        await ws.send(chunk)


async def receive(ws):
    async for message in ws:
        print(message)


asyncio.run(main(CHUNKS))
"""


@pytest.mark.parametrize(
    ("waiting", "last"),
    [
        ("await talk(ws, chunks)", True),
        ("await talk(ws, chunks)\n        print('over')", True),
        ("await talk(ws, chunks)\n        await ws.close()", True),
        ("while True:\n            await talk(ws, chunks)", False),
        ("await talk(ws, chunks)\n        await talk(ws, chunks)", False),
        ("await talk(ws, chunks)\n        print(await ws.recv())", False),
        ("for _ in range(3):\n            await asyncio.gather(send(ws, chunks), receive(ws))", False),
        ("await asyncio.gather(send(ws, chunks), receive(ws))\n        await ws.send(b'')", False),
    ],
)
def test_what_is_not_the_last_use_of_a_session_does_not_end_it(waiting: str, last: bool) -> None:
    assert rewrites(ended(WAITING.format(waiting=waiting))) - {"V3M503"} == ({"V3M501"} if last else {"V3M502"})


def test_a_loop_with_a_connection_for_each_round_ends_each_session() -> None:
    source = WAITING.format(waiting="await talk(ws, chunks)").replace(
        "    async with", "    while True:\n      async with"
    )
    assert rewrites(ended(source.replace("        await talk", "          await talk"))) == {"V3M501"}
    again = WAITING.format(waiting="await talk(ws, chunks)").replace(
        "asyncio.run(main(CHUNKS))", "while True:\n    asyncio.run(main(CHUNKS))"
    )
    assert rewrites(ended(again)) == {"V3M501"}


ONE_AFTER_THE_OTHER = """\
import pyaudio
import websocket


def session():
    audio = pyaudio.PyAudio()
    stream = audio.open(rate=16000, input=True)
    ws = websocket.create_connection(V2)
    while True:
        ws.send_binary(stream.read(3200))
        print(ws.recv())


{calls}
"""


@pytest.mark.parametrize(
    ("calls", "held"),
    [
        ("session()", True),
        ("if __name__ == '__main__':\n    session()", True),
        ("for line in session():\n    print(line)", True),
        ("while True:\n    session()", False),
        ("session()\nsession()", False),
        ("def serve():\n    session()\n\n\nfor _ in range(3):\n    serve()", False),
        ("import streamlit\n\nsession()", False),
    ],
)
def test_devices_that_are_made_one_after_the_other_are_not_all_held_to_the_end(calls: str, held: bool) -> None:
    result = ended(ONE_AFTER_THE_OTHER.format(calls=calls))
    assert ("atexit.register(audio.terminate)" in result.text) == held
    assert ("V3M512" in reports(result)) == (not held)


OPTIONAL = """\
import json
import threading


class Captions:
    def start(self):
        {imported}
        self.ws = websocket.WebSocketApp(V2, on_open=self.on_open)
        self.connection = threading.Thread(target=self.ws.run_forever)
        self.connection.start()

    def on_open(self, ws):
        ws.send(microphone.read(3200), opcode=2)

    def stop(self):
        try:
            self.connection.join()
        except KeyboardInterrupt:
            self.ws.send(json.dumps({{"terminate_session": True}}))
            self.connection.join()
"""


@pytest.mark.parametrize(
    "imported",
    ["import websocket", "try:\n            import websocket\n        except ImportError:\n            return"],
)
def test_a_module_that_loads_without_the_library_goes_on_to_do_so(imported: str) -> None:
    result = ended(OPTIONAL.format(imported=imported))
    assert {"V3M515", "V3M516"} <= reports(result)
    assert "\nimport websocket" not in result.text


@pytest.mark.parametrize(
    ("blocking", "rewritten"),
    [
        ("sys.stdin.buffer.read(3200)", False),
        ("input()", False),
        ("process.stdout.read(3200)", False),
        ("BLOCKS.get()", False),
        ("await queue.get()", True),
        ("await asyncio.wait_for(queue.get(), 1)", True),
        ("recording.read(3200)", True),
    ],
)
def test_a_coroutine_that_blocks_for_ever_stays_where_ctrl_c_reaches_it(blocking: str, rewritten: bool) -> None:
    sending = f"while True:\n        await ws.send({blocking})"
    source = BESIDE.format(sending=sending).replace("asyncio.run(", "asyncio.get_event_loop().run_until_complete(")
    started = 'import subprocess\nimport sys\n\nprocess = subprocess.Popen(["sox"], stdout=subprocess.PIPE)\n'
    result = ended(source.replace("import websockets\n", f"{started}import websockets\n"))
    assert ("V3M522" in rewrites(result)) == rewritten
    assert ("V3M522" in reports(result)) == (not rewritten)


SKIPPED = """\
import json

import websocket


def main():
    ws = websocket.create_connection(V2)
    {body}


main()
"""
SEND = "ws.send_binary(microphone.read(3200))\n{indent}print(ws.recv())"
END = "ws.send(json.dumps({{'terminate_session': True}}))\n{indent}ws.recv()"


@pytest.mark.parametrize(
    ("body", "reported"),
    [
        ("while recording():\n        SEND\n    END", True),
        (
            "try:\n        while recording():\n            SEND\n    except KeyboardInterrupt:\n        pass\n    END",
            True,
        ),
        ("try:\n        while recording():\n            SEND\n    finally:\n        END", False),
        (
            "try:\n        while recording():\n            SEND\n    except Exception:\n        print('bye')\n    END",
            False,
        ),
        ("while True:\n        try:\n            SEND\n        except KeyboardInterrupt:\n            END", False),
    ],
)
def test_an_end_that_an_error_skips_is_reported(body: str, reported: bool) -> None:
    def filled(line: str) -> str:
        indent = line[: len(line) - len(line.lstrip())]
        return line.replace("SEND", SEND.format(indent=indent)).replace("END", END.format(indent=indent))

    result = ended(SKIPPED.format(body="\n".join(map(filled, body.split("\n")))))
    assert '"Terminate"' in result.text or "'Terminate'" in result.text
    assert ("V3M510" in reports(result)) == reported


@pytest.mark.parametrize(
    ("receiving", "reported"),
    [
        ("print(ws.recv())\n    END", True),
        ("for message in ws:\n        print(message)\n        END", True),
        ("try:\n        print(ws.recv())\n    finally:\n        END", False),
        ("END", False),
    ],
)
def test_an_end_beside_a_thread_that_sends_is_skipped_by_what_stands_in_front(receiving: str, reported: bool) -> None:
    thread = (
        "def send():\n        while recording():\n            ws.send_binary(microphone.read(3200))\n\n"
        "    threading.Thread(target=send).start()\n    "
    )
    asked = receiving.replace("END", "ws.send(json.dumps({'terminate_session': True}))")
    result = ended("import threading\n" + SKIPPED.format(body=thread + asked))
    assert ("V3M510" in reports(result)) == reported


def test_an_end_that_another_function_asks_for_is_the_business_of_its_caller() -> None:
    opened = "def opened():\n    return websocket.create_connection(V2)\n\n\ndef main():\n    ws = opened()\n"
    apart = SKIPPED.replace("def main():\n    ws = websocket.create_connection(V2)\n", opened)
    body = f"{SEND}\n    {END}".format(indent="    ")
    assert "V3M510" not in reports(ended(apart.format(body=body)))


JOINED = """\
import json
import threading

import websocket


def on_open(ws):
    ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)


ws = websocket.WebSocketApp(V2, on_open=on_open)
connection = threading.Thread(target={target})
connection.start()
try:
    connection.join()
except KeyboardInterrupt:
    ws.send(json.dumps({{"terminate_session": True}}))
    connection.join()
"""


@pytest.mark.parametrize(
    ("target", "waited"),
    [
        ("ws.run_forever", True),
        ("lambda: ws.run_forever(ping_interval=5)", True),
        ("lambda: ws.run_forever(reconnect=5)", False),
        ('ws.run_forever, kwargs={"reconnect": 5}', False),
        ("lambda: [ws.run_forever() for _ in range(3)]", False),
    ],
)
def test_a_thread_that_connects_again_is_not_waited_for(target: str, waited: bool) -> None:
    assert ("V3M519" in rewrites(ended(JOINED.format(target=target)))) == waited


@pytest.mark.parametrize(
    ("call", "goes_through"),
    [
        ("main()", False),
        ("try:\n    main()\nexcept KeyboardInterrupt:\n    print('bye')", True),
        ("try:\n    main()\nexcept (ValueError, KeyboardInterrupt):\n    print('bye')", True),
        ("try:\n    main()\nexcept ValueError:\n    print('bye')", False),
        ("while True:\n    main()", True),
    ],
)
def test_ctrl_c_goes_through_to_whoever_called(call: str, goes_through: bool) -> None:
    text = ended(APP.replace("ws.run_forever()", f"def main():\n    ws.run_forever()\n\n\n{call}")).text
    assert "    connection = threading.Thread(target=ws.run_forever, daemon=True)\n" in text
    assert ("pass  # run_forever returns on Ctrl+C, too" not in text) == goes_through

"""How sessions end without `--harden`: in place, with no helper, and nothing where the program sees to it itself."""

from __future__ import annotations

import textwrap

import pytest

from codemods.model import HARDENING, Options
from tests.codemods.programs import Migrated, migrate

CONNECT = 'websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")'


def ended(source: str, **options: bool) -> Migrated:
    return migrate(textwrap.dedent(source).lstrip().replace("CONNECT", CONNECT), Options(todo=False, **options))


SENDER = """
async def send(ws, microphone):
    while True:
        await ws.send(await microphone.read())


async def receive(ws):
    async for message in ws:
        print(message)
"""
GATHER = f"""
import asyncio

import websockets

{SENDER}

async def main(microphone):
    async with CONNECT as ws:
        await asyncio.gather(send(ws, microphone), receive(ws))
"""
ENDED = """
        receiver = asyncio.create_task(receive(ws))
        try:
            await asyncio.gather(send(ws, microphone), asyncio.shield(receiver))
        finally:
            with contextlib.suppress(websockets.ConnectionClosed):
                await ws.send('{"type": "Terminate"}')
"""
AT_END = """
    with contextlib.suppress(websockets.ConnectionClosed):
        await ws.send('{"type": "Terminate"}')
"""


def test_two_coroutines_are_ended_where_they_are_awaited() -> None:
    text = ended(GATHER).text
    assert ENDED in text
    assert "def end_session" not in text and "def run_session" not in text
    assert text.count("Terminate") == 1  # the microphone never ends by itself


def test_what_they_return_is_kept() -> None:
    text = ended(GATHER.replace("await asyncio.gather", "sent, received = await asyncio.gather")).text
    assert "            sent, received = await asyncio.gather(send(ws, microphone), asyncio.shield(receiver))\n" in text


def test_the_receiver_may_come_first_or_be_a_task() -> None:
    text = ended(GATHER.replace("send(ws, microphone), receive(ws)", "receive(ws), send(ws, microphone)")).text
    assert "await asyncio.gather(asyncio.shield(receiver), send(ws, microphone))" in text
    tasks = "listener = asyncio.create_task(receive(ws))\n        await asyncio.gather(send(ws, microphone), listener)"
    text = ended(GATHER.replace("await asyncio.gather(send(ws, microphone), receive(ws))", tasks)).text
    assert "await asyncio.gather(send(ws, microphone), asyncio.shield(listener))" in text
    assert "wait_for(listener, timeout=5)" in text and "receiver =" not in text


@pytest.mark.parametrize(
    ("loop", "asked"),
    [
        ("async for sound in microphone:", True),
        ("while microphone.is_open:", True),
        ("while True:", False),
    ],
)
def test_a_sender_that_has_no_more_audio_asks_for_the_end(loop: str, asked: bool) -> None:
    assert (AT_END in ended(GATHER.replace("while True:", loop)).text) == asked


def test_a_sender_that_returns_from_within_its_loop_is_run_by_a_helper() -> None:
    text = ended(GATHER.replace("while True:", "while True:\n        if microphone.muted:\n            return")).text
    assert "await run_session(ws, send(ws, microphone), receive(ws))" in text
    assert "except Exception" not in text


def test_a_program_that_asks_for_the_end_itself_gets_no_more_than_the_new_words() -> None:
    text = ended("""
        import asyncio
        import json

        import websockets


        async def feed(ws, sounds):
            while True:
                sound = await sounds.get()
                if sound is None:
                    await ws.send(json.dumps({"terminate_session": True}))
                    break
                await ws.send(sound)


        async def captions(sounds):
            async with CONNECT as ws:
                asyncio.create_task(feed(ws, sounds))
                async for raw in ws:
                    print(raw)
        """).text
    assert text.count("Terminate") == 1 and 'json.dumps({"type": "Terminate"})' in text
    assert "contextlib" not in text and "finally" not in text


def test_where_a_library_is_optional_it_stays_so() -> None:
    local = GATHER.replace("import websockets\n", "").replace(
        "    async with CONNECT", "    import websockets\n\n    async with CONNECT"
    )
    text = ended(local).text
    assert "\nimport websockets" not in text and "from websockets" not in text
    assert ENDED in text  # its name is that of the function


def test_a_loop_beside_a_task_is_ended_by_the_task() -> None:
    text = ended(f"""
import asyncio

import websockets

{SENDER}

async def main(microphone):
    async with CONNECT as ws:
        sender = asyncio.create_task(send(ws, microphone))
        try:
            async for message in ws:
                print(message)
        finally:
            sender.cancel()
""").text
    assert "            sender.cancel()\n            await asyncio.wait([sender])\n" in text
    assert "    finally:\n        with contextlib.suppress(websockets.ConnectionClosed):\n" in text
    assert "def session_messages" not in text


DAEMON = """
import threading
import time

import websocket


def on_open(ws):
    ws.send(bytes(3200), websocket.ABNF.OPCODE_BINARY)
    ws.send('{"terminate_session": true}')


ws = websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_open=on_open)
threading.Thread(target=ws.run_forever, daemon=True).start()
time.sleep(10)
"""
LOOP = GATHER + "\n\nasyncio.get_event_loop().run_until_complete(main(open('x')))\n"
CLOSED_BY_ITS_TASK = """
import asyncio

import assemblyai as aai


async def captions(chunks, show):
    session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=lambda t: show(t.text), on_error=print)
    session.connect()

    async def feed():
        try:
            async for chunk in chunks:
                session.stream(chunk)
        finally:
            session.close()

    await asyncio.create_task(feed())
"""


@pytest.mark.parametrize(
    ("source", "habit"),
    [
        pytest.param(DAEMON, "setdefaulttimeout", id="a daemon holds nothing up"),
        pytest.param(LOOP, "asyncio.run(main", id="a loop run by hand"),
        pytest.param(CLOSED_BY_ITS_TASK, "end_at_exit", id="a session that its task ends"),
    ],
)
def test_habits_that_v3_does_not_need_are_neither_written_nor_reported(source: str, habit: str) -> None:
    result = ended(source)
    assert habit not in result.text and "weakref" not in result.text
    assert {finding.code for finding in result.findings} & HARDENING == set()


def test_a_hardened_loop_is_run_by_asyncio_run() -> None:
    assert "asyncio.run(main(open('x')))" in ended(LOOP, harden=True).text


def test_one_such_rule_can_be_asked_for_alone() -> None:
    assert Options(select=("V3M522",)).selects("V3M522")
    assert not Options(select=("V3M5",)).selects("V3M522")
    assert Options(select=("V3M5",), harden=True).selects("V3M522")

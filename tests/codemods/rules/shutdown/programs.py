"""Programs whose sessions end in every way, for the tests of this family."""

from __future__ import annotations

from codemods.model import Options
from tests.codemods.programs import Migrated, migrate

V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"

OPTIONS = Options(todo=False, harden=True, select=("V3M1", "V3M2", "V3M4", "V3M5"))


def ended(source: str) -> Migrated:
    return migrate(source.replace("V2", f'"{V2}"'), OPTIONS)


def rewrites(result: Migrated) -> set[str]:
    return {finding.code for finding in result.findings if finding.fixed and finding.code.startswith("V3M5")}


def reports(result: Migrated) -> set[str]:
    return {finding.code for finding in result.findings if not finding.fixed and finding.code.startswith("V3M5")}


APP = """\
import threading

import websocket


def on_open(ws):
    def capture():
        while True:
            ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)

    threading.Thread(target=capture, daemon=True).start()


ws = websocket.WebSocketApp(V2, on_open=on_open)
ws.run_forever()
"""

GATHER = """\
import asyncio

import websockets


async def main(chunks):
    ws = await websockets.connect(V2)

    async def send():
        async for chunk in chunks:
            await ws.send(chunk)

    async def receive():
        async for message in ws:
            print(message)

    await asyncio.gather(send(), receive())


asyncio.run(main(CHUNKS))
"""

CLASS = """\
import threading

import websocket


class Captions:
    def __init__(self):
        self.ws = websocket.WebSocketApp(V2, on_open=self.on_open, on_close=self.on_close)

    def on_open(self, ws):
        threading.Thread(target=self.capture).start()

    def capture(self):
        while True:
            self.ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)

    def on_close(self, ws, code, reason):
        print("closed")

    def run(self):
        self.ws.run_forever()


Captions().run()
"""

SWALLOWING = """\
import asyncio

import websockets


async def main(chunks):
    async with websockets.connect(V2) as ws:

        async def send():
            while True:
                try:
                    await ws.send(await anext(chunks))
                except:
                    {then}

        async def receive():
            async for message in ws:
                print(message)

        await asyncio.gather(send(), receive())
"""

PYAUDIO = """\
import pyaudio
import websocket

ws = websocket.create_connection(V2)
{opening}
try:
    while True:
        ws.send_binary(stream.read(3200))
finally:
    ws.close()
"""

ENDING = """\
import json
import threading

import websocket

ws = websocket.create_connection(V2)


def read():
    while True:
        print(ws.recv())


reader = threading.Thread(target=read)
reader.start()
ws.send_binary(b"")
{end}
ws.close()
"""

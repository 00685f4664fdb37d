"""Connections and messages that reach their use the long way round."""
import asyncio
import contextlib
import functools
import json

import websockets

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
latest = None


class Desk:
    """Gets its methods from outside."""


def logged(function):
    @functools.wraps(function)
    async def inner(*args, **kwargs):
        return await function(*args, **kwargs)

    return inner


@contextlib.asynccontextmanager
async def session():
    async with websockets.connect(URL) as socket:
        try:
            yield socket
        finally:
            await socket.send('{"terminate_session": true}')


async def finals(socket):
    async for raw in socket:
        message = json.loads(raw)
        if message["message_type"] == "FinalTranscript":
            yield message


@logged
async def show(message):
    global latest
    latest = message
    print(message["text"], message["confidence"])


async def read(self):
    return json.loads(await self.socket.recv())


Desk.read = read


async def main():
    async with session() as socket:
        async for message in finals(socket):
            await show(message)
    if latest:
        print(latest["text"])
    async with contextlib.AsyncExitStack() as stack:
        desk = Desk()
        desk.socket = await stack.enter_async_context(session())
        print((await desk.read())["session_id"])


asyncio.run(main())
# output
"""Connections and messages that reach their use the long way round."""
import asyncio
import contextlib
import functools
import json

import websockets


def mean_confidence(message):
    """Return the mean confidence of a turn's words; 0 without words."""
    words = message.get("words") or [{"confidence": 0}]
    return sum(word["confidence"] for word in words) / len(words)


URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
latest = None


class Desk:
    """Gets its methods from outside."""


def logged(function):
    @functools.wraps(function)
    async def inner(*args, **kwargs):
        return await function(*args, **kwargs)

    return inner


@contextlib.asynccontextmanager
async def session():
    async with websockets.connect(URL) as socket:
        try:
            yield socket
        finally:
            await socket.send('{"type": "Terminate"}')


async def finals(socket):
    async for raw in socket:
        message = json.loads(raw)
        if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]:
            yield message


@logged
async def show(message):
    global latest
    latest = message
    print(" ".join(word["text"] for word in message.get("words", ())), mean_confidence(message))


async def read(self):
    return json.loads(await self.socket.recv())


Desk.read = read


async def main():
    async with session() as socket:
        async for message in finals(socket):
            await show(message)
    if latest:
        print(" ".join(word["text"] for word in latest.get("words", ())))
    async with contextlib.AsyncExitStack() as stack:
        desk = Desk()
        desk.socket = await stack.enter_async_context(session())
        print((await desk.read())["id"])


asyncio.run(main())

import asyncio
import contextlib

import websockets


async def end_session(ws):
    """End the session; the service sends the last transcripts, then closes."""
    with contextlib.suppress(websockets.ConnectionClosed, asyncio.TimeoutError):
        await ws.send('{"type": "Terminate"}')
        await asyncio.wait_for(ws.wait_closed(), timeout=5)


URL = "wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"


class Captions:
    async def start(self):
        self.ws = await websockets.connect(URL)
        self.reader = asyncio.create_task(self.read())

    async def read(self):
        async for message in self.ws:
            print(message)

    async def feed(self, chunk):
        await self.ws.send(chunk)

    async def stop(self):
        await end_session(self.ws)
        await self.ws.close()

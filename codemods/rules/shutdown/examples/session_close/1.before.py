import asyncio

import websockets

URL = "wss://api.assemblyai.com/v2/realtime/ws"


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
        await self.ws.close()

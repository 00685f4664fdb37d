"""A browser's microphone with Django Channels."""

import asyncio

from channels.generic.websocket import AsyncWebsocketConsumer

from speech import transcribe


class Microphone(AsyncWebsocketConsumer):
    async def connect(self):
        self.chunks = asyncio.Queue()
        await self.accept()
        self.task = asyncio.ensure_future(transcribe(self.heard(), self.show))

    async def heard(self):
        while (chunk := await self.chunks.get()) is not None:
            yield chunk

    async def show(self, text):
        print("heard:", text)

    async def receive(self, text_data=None, bytes_data=None):
        self.chunks.put_nowait(bytes_data)

    async def disconnect(self, code):
        self.chunks.put_nowait(None)
        await self.task

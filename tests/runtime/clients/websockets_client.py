"""websockets: one task sends, one receives."""

import asyncio
import json

import common
import websockets


async def main() -> None:
    """Run one session."""
    async with websockets.connect(common.url()) as socket:

        async def send() -> None:
            for piece in common.chunks():
                await socket.send(piece)
                await asyncio.sleep(0.1 / common.SPEED)
            await socket.send(json.dumps({"type": "Terminate"}))

        sending = asyncio.create_task(send())
        async for text in socket:
            common.take(text)
        await sending


asyncio.run(main())

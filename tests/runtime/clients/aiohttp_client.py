"""aiohttp: token and session with the same library."""

import asyncio
import ssl

import aiohttp
import common


async def main() -> None:
    """Fetch a token, then run one session."""
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
    async with aiohttp.ClientSession(connector=connector) as session:
        ask = {"expires_in_seconds": "60"}
        headers = {"Authorization": common.KEY}
        async with session.get(f"https://{common.HOST}/v3/token", params=ask, headers=headers) as answer:
            token = (await answer.json())["token"]
        query = {**common.PARAMETERS, "token": token}
        async with session.ws_connect(f"wss://{common.HOST}/v3/ws", params=query) as socket:

            async def send() -> None:
                for piece in common.chunks():
                    await socket.send_bytes(piece)
                    await asyncio.sleep(0.1 / common.SPEED)
                await socket.send_json({"type": "Terminate"})

            sending = asyncio.create_task(send())
            async for frame in socket:
                common.take(frame.data)
            await sending


asyncio.run(main())

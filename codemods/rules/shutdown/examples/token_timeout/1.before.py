import asyncio

import requests
import websockets


def token():
    return requests.post("https://api.assemblyai.com/v2/realtime/token", json={"expires_in": 600}).json()["token"]


async def main():
    async with websockets.connect(f"wss://api.assemblyai.com/v2/realtime/ws?token={token()}") as ws:
        print(await ws.recv())


asyncio.run(main())

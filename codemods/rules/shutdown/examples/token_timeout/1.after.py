import asyncio

import requests
import websockets


def token():
    return requests.get("https://streaming.assemblyai.com/v3/token", params={"expires_in_seconds": 600, "max_session_duration_seconds": 600}, timeout=5).json()["token"]


async def main():
    async with websockets.connect(f"wss://streaming.assemblyai.com/v3/ws?token={token()}&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        print(await ws.recv())


asyncio.run(main())

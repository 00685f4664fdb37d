"""A browser's microphone with aiohttp on both sides."""

import asyncio
import json
import os

import aiohttp
from aiohttp import web

URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"


async def microphone(request):
    browser = web.WebSocketResponse()
    await browser.prepare(request)
    headers = {"Authorization": os.environ["ASSEMBLYAI_API_KEY"]}
    async with aiohttp.ClientSession() as session, session.ws_connect(URL, headers=headers) as service:

        async def receive():
            async for frame in service:
                message = json.loads(frame.data)
                if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
                    if message["transcript"]:
                        print("heard:", message["transcript"])

        receiver = asyncio.ensure_future(receive())
        async for frame in browser:
            await service.send_bytes(frame.data)
        await service.send_json({"type": "Terminate"})
        await asyncio.wait([receiver], timeout=5)
        receiver.result()
    return browser


app = web.Application()
app.router.add_get("/microphone", microphone)

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=0, print=None)

import base64
import json
import websockets


async def main(data):
    async with websockets.connect("wss://api.example.com/ws") as ws:
        await ws.send(json.dumps({"audio_data": base64.b64encode(data).decode()}))

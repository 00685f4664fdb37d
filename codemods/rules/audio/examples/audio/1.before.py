import base64
import json
import websockets


async def main(stream):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000") as ws:
        while True:
            data = stream.read(3200)
            data = base64.b64encode(data).decode("utf-8")
            json_data = json.dumps({"audio_data": str(data)})
            await ws.send(json_data)

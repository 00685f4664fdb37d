"""JSON that is encoded or decoded on its way: undone together, or reported."""
import base64

import orjson
import websockets

async def first(chunks):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000") as ws:
        for c in chunks:
            await ws.send(orjson.dumps({"audio_data": base64.b64encode(c).decode()}).decode())
            text = orjson.dumps({"audio_data": base64.b64encode(c).decode()})
            await ws.send(text.decode("utf-8"))
        await ws.send('{"terminate_session": true}')
import json
def pack(c):
    return json.dumps({"audio_data": base64.b64encode(c).decode()}).encode()
def pack2(c):
    text = json.dumps({"audio_data": base64.b64encode(c).decode()})
    return text.encode("utf-8")
def pack3(c):
    return json.dumps({"audio_data": base64.b64encode(c).decode()})
async def main(chunks):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000") as ws:
        for c in chunks:
            await ws.send(pack(c))
            await ws.send(pack2(c))
            await ws.send(pack3(c).encode())
            await ws.send(pack4(c))
        await ws.send('{"terminate_session": true}')
def pack4(c):
    return json.dumps({"audio_data": base64.b64encode(c).decode()})
# output
"""JSON that is encoded or decoded on its way: undone together, or reported."""
import base64

import websockets

async def first(chunks):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        for c in chunks:
            await ws.send(c)
            await ws.send(c)
        # TODO(v3-migrate): An error (or Ctrl+C) on the way here leaves the session open, billed until 5 minutes pass without a message: end it in a `finally`. [V3M510] https://v3-migrate.github.io/v3-migrate/rules/v3m510/
        await ws.send('{"type": "Terminate"}')
import json
def pack(c):
    return json.dumps({"audio_data": base64.b64encode(c).decode()}).encode()
def pack2(c):
    text = json.dumps({"audio_data": base64.b64encode(c).decode()})
    return text.encode("utf-8")
def pack3(c):
    return json.dumps({"audio_data": base64.b64encode(c).decode()})
async def main(chunks):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        for c in chunks:
            # TODO(v3-migrate): v2 audio in JSON, put together out of sight: send the bytes as a binary frame instead. [V3M201] https://v3-migrate.github.io/v3-migrate/rules/v3m201/
            await ws.send(pack(c))
            # TODO(v3-migrate): v2 audio in JSON, put together out of sight: send the bytes as a binary frame instead. [V3M201] https://v3-migrate.github.io/v3-migrate/rules/v3m201/
            await ws.send(pack2(c))
            # TODO(v3-migrate): v2 audio in JSON, put together out of sight: send the bytes as a binary frame instead. [V3M201] https://v3-migrate.github.io/v3-migrate/rules/v3m201/
            await ws.send(pack3(c).encode())
            await ws.send(pack4(c))
        # TODO(v3-migrate): An error (or Ctrl+C) on the way here leaves the session open, billed until 5 minutes pass without a message: end it in a `finally`. [V3M510] https://v3-migrate.github.io/v3-migrate/rules/v3m510/
        await ws.send('{"type": "Terminate"}')
def pack4(c):
    return c

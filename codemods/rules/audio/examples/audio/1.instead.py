import json


async def send(ws, message):
    """Send what a program has: audio as a binary frame, everything else as text."""
    if isinstance(message, bytes):
        await ws.send(message)
    else:
        await ws.send(json.dumps(message))


async def stream(ws, microphone):
    async for chunk in microphone:
        await send(ws, chunk)
    await send(ws, {"type": "Terminate"})

"""A server that imitates v2 towards its own clients: not a v2 client, nothing to rewrite."""
# a fake v2 server for tests
import json, asyncio, websockets
async def handler(ws):
    await ws.send(json.dumps({"message_type": "SessionBegins", "session_id": "1", "expires_at": "x"}))
    async for raw in ws:
        data = json.loads(raw)
        if "audio_data" in data:
            await ws.send(json.dumps({"message_type": "PartialTranscript", "text": "hi"}))
        if data.get("terminate_session"):
            await ws.send(json.dumps({"message_type": "SessionTerminated"}))
asyncio.run(websockets.serve(handler, "localhost", 1))

"""A method that sends whatever it is given, audio through a queue, finals behind an else."""
import asyncio, base64, json, websockets

class Service:
    def __init__(self, key):
        self.key = key
        self.queue = asyncio.Queue()

    async def _send(self, obj):
        await self.ws.send(json.dumps(obj))

    async def open(self):
        self.ws = await websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", additional_headers={"Authorization": self.key})
        asyncio.create_task(self.pump())
        asyncio.create_task(self.read())

    async def feed(self, chunk):
        await self._send({"audio_data": base64.b64encode(chunk).decode()})

    async def enqueue(self, chunk):
        payload = base64.b64encode(chunk).decode("utf-8")
        await self.queue.put(json.dumps({"audio_data": payload}))

    async def pump(self):
        while True:
            item = await self.queue.get()
            await self.ws.send(item)

    async def read(self):
        async for raw in self.ws:
            data = json.loads(raw)
            await self.on_event(data)

    async def on_event(self, event):
        kind = event.get("message_type")
        if kind == "PartialTranscript":
            print(event["text"])
        else:
            self.final(event)

    def final(self, event):
        result = {"text": event["text"], "confidence": event["confidence"], "session_id": self.key}
        print(result["text"], result["confidence"])

    async def close(self):
        await self._send({"terminate_session": True})
# output
"""A method that sends whatever it is given, audio through a queue, finals behind an else."""
import asyncio, json, websockets


def mean_confidence(message):
    """Return the mean confidence of a turn's words; 0 without words."""
    words = message.get("words") or [{"confidence": 0}]
    return sum(word["confidence"] for word in words) / len(words)


class Service:
    def __init__(self, key):
        self.key = key
        self.queue = asyncio.Queue()

    async def _send(self, obj):
        await self.ws.send(json.dumps(obj))

    async def open(self):
        self.ws = await websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", additional_headers={"Authorization": self.key})
        asyncio.create_task(self.pump())
        asyncio.create_task(self.read())

    async def feed(self, chunk):
        await self.ws.send(chunk)

    async def enqueue(self, chunk):
        await self.queue.put(chunk)

    async def pump(self):
        while True:
            item = await self.queue.get()
            await self.ws.send(item)

    async def read(self):
        async for raw in self.ws:
            data = json.loads(raw)
            await self.on_event(data)

    async def on_event(self, event):
        kind = event.get("type")
        if kind == "Turn" and not (event.get("end_of_turn") and event.get("turn_is_formatted")):
            print(" ".join(word["text"] for word in event["words"]))
        else:
            self.final(event)

    def final(self, event):
        result = {"text": event.get("transcript", ""), "confidence": mean_confidence(event), "session_id": self.key}
        print(result["text"], result["confidence"])

    async def close(self):
        await self._send({"type": "Terminate"})

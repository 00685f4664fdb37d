"""Two connections side by side: only the vendor's messages, audio and codes may change."""
import json, websockets, base64

def parse(raw):
    msg = json.loads(raw)
    if "text" in msg and msg["text"]:
        return msg["message_type"], msg["text"]
    return None, None

async def main(audio):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000") as ws, websockets.connect("wss://other.example.com/x") as other:
        for chunk in audio:
            encoded = base64.b64encode(chunk).decode()
            print(len(encoded))
            await ws.send(json.dumps({"audio_data": encoded}))
            await other.send(json.dumps({"audio_data": encoded}))
        o = json.loads(await other.recv())
        if o["message_type"] == "FinalTranscript":
            print(o["text"])
        async for raw in ws:
            kind, text = parse(raw)
            if kind == "FinalTranscript":
                print(text)
            await other.send(raw)
        print("text" in o)
# output
"""Two connections side by side: only the vendor's messages, audio and codes may change."""
import json, websockets, base64


def turn_kind(message):
    """Return a message's type: for a Turn, "PartialTurn" or "FinalTurn"."""
    kind = message.get("type")
    if kind != "Turn":
        return kind
    final = message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]
    return "FinalTurn" if final else "PartialTurn"


def parse(raw):
    msg = json.loads(raw)
    if "transcript" in msg and msg["words"]:
        return turn_kind(msg), " ".join(word["text"] for word in msg["words"])
    return None, None

async def main(audio):
    # TODO(v3-migrate): Nothing ends this session, billed until 5 minutes pass without a message: send {"type": "Terminate"} and wait for Termination, then close. [V3M510] https://v3-migrate.github.io/v3-migrate/rules/v3m510/
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws, websockets.connect("wss://other.example.com/x") as other:
        for chunk in audio:
            encoded = base64.b64encode(chunk).decode()
            print(len(encoded))
            await ws.send(chunk)
            await other.send(json.dumps({"audio_data": encoded}))
        o = json.loads(await other.recv())
        if o["message_type"] == "FinalTranscript":
            print(o["text"])
        async for raw in ws:
            kind, text = parse(raw)
            if kind == "FinalTurn":
                print(text)
            # TODO(v3-migrate): Hands a server message on as it is: whoever reads it gets v3 messages now. [V3M322] https://v3-migrate.github.io/v3-migrate/rules/v3m322/
            await other.send(raw)
        print("text" in o)

"""Encoded audio that is needed twice, JSON by hand, messages copied and changed, keys from a list."""
import json, websockets, base64
async def go(mic):
    ws = await websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
    data = mic.read(1600)
    data = base64.b64encode(data).decode("utf-8")
    print("sending", len(data))
    await ws.send(json.dumps({"audio_data": data}))
    header = '{"audio_data": "' + data + '"}'
    await ws.send(header)
    await ws.send('{"audio_data": "%s"}' % data)
    await ws.send(f'{{"audio_data": "{data}"}}')
    msg = json.loads(await ws.recv())
    text = msg["text"] if msg["message_type"] == "FinalTranscript" else ""
    msg["text"] = text.upper()
    d = {**msg}
    print(d["text"], d["message_type"])
    keys = ["text", "confidence"]
    print({k: msg[k] for k in keys})
    t = msg.get("message_type")
    label = {"PartialTranscript": "p", "FinalTranscript": "f"}[t]
    print(label)
# output
"""Encoded audio that is needed twice, JSON by hand, messages copied and changed, keys from a list."""
import json, websockets, base64


def turn_kind(message):
    """Return a message's type: for a Turn, "PartialTurn" or "FinalTurn"."""
    kind = message.get("type")
    if kind != "Turn":
        return kind
    final = message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]
    return "FinalTurn" if final else "PartialTurn"


async def go(mic):
    # TODO(v3-migrate): Nothing ends this session, billed until 5 minutes pass without a message: send {"type": "Terminate"} and wait for Termination, then close. [V3M510] https://v3-migrate.github.io/v3-migrate/rules/v3m510/
    ws = await websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
    data = mic.read(1600)
    data = base64.b64encode(data).decode("utf-8")
    print("sending", len(data))
    await ws.send(base64.b64decode(data))
    header = '{"audio_data": "' + data + '"}'
    await ws.send(header)
    await ws.send('{"audio_data": "%s"}' % data)
    await ws.send(f'{{"audio_data": "{data}"}}')
    msg = json.loads(await ws.recv())
    text = msg["transcript"] if msg["type"] == "Turn" and msg["end_of_turn"] and msg["turn_is_formatted"] and msg["transcript"] else ""
    msg["transcript"] = text.upper()
    d = {**msg}
    print(d.get("transcript", ""), d["type"])
    keys = ["text", "confidence"]
    # TODO(v3-migrate): Key of a server message out of sight: v3 has other names: text is transcript. [V3M303] https://v3-migrate.github.io/v3-migrate/rules/v3m303/
    print({k: msg[k] for k in keys})
    t = turn_kind(msg)
    label = {"PartialTurn": "p", "FinalTurn": "f"}.get(t)
    print(label)

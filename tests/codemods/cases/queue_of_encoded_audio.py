"""Audio is encoded before it is queued, far from the send; the handler is a lambda without a type test."""
import json, threading, websocket, base64, queue

q = queue.Queue()

def mic(stream):
    while True:
        d = stream.read(800)
        q.put(base64.b64encode(d).decode())

def sender(ws):
    while True:
        d = q.get()
        ws.send(json.dumps({"audio_data": d}))

app = websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000",
    on_message=lambda ws, m: print(json.loads(m)["text"]),
    on_open=lambda ws: threading.Thread(target=sender, args=(ws,)).start())
app.run_forever()
# output
"""Audio is encoded before it is queued, far from the send; the handler is a lambda without a type test."""
import json, threading, websocket, queue

q = queue.Queue()

def mic(stream):
    while True:
        d = stream.read(800)
        q.put(d)

def sender(ws):
    while True:
        d = q.get()
        ws.send(d, websocket.ABNF.OPCODE_BINARY)

# TODO(v3-migrate): Nothing ends this session, billed until 5 minutes pass without a message: stop and join the audio thread, send {"type": "Terminate"} and wait for Termination, then close. [V3M510] https://v3-migrate.github.io/v3-migrate/rules/v3m510/
app = websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300",
    on_message=lambda ws, m: print(" ".join(word["text"] for word in json.loads(m).get("words", ()))),
    on_open=lambda ws: threading.Thread(target=sender, args=(ws,)).start())
app.run_forever()

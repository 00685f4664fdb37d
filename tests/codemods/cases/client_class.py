"""A client class: flags kept in variables, codes in a callback, a helper that makes the dict."""
import websocket, json, base64
class Client:
    URL = "wss://api.assemblyai.com/v2/realtime/ws"
    def __init__(self, key, rate=16000):
        self.app = websocket.WebSocketApp(f"{self.URL}?sample_rate={rate}", header={"Authorization": key}, on_message=self._on_message, on_error=self._on_error, on_close=self._on_close)
        self.last = None
    def _wrap(self, data):
        return {"audio_data": base64.b64encode(data).decode("utf-8")}
    def push(self, data):
        self.app.send(json.dumps(self._wrap(data)))
    def _on_message(self, ws, message):
        payload = json.loads(message)
        mtype = payload.get("message_type", "")
        is_final = mtype == "FinalTranscript"
        text = payload.get("text")
        if mtype in ("PartialTranscript", "FinalTranscript") and text:
            self.last = dict(text=text, final=is_final, confidence=payload.get("confidence"))
            self.show(**self.last)
        elif mtype != "SessionBegins":
            print("other", payload)
    def show(self, text, final, confidence): print(text, final, confidence)
    def _on_close(self, ws, code, reason):
        if code == 4001: print("key")
        elif code in (4008, 4031): print("late")
    def _on_error(self, ws, err): print(err)
# output
"""A client class: flags kept in variables, codes in a callback, a helper that makes the dict."""
import websocket, json
class Client:
    URL = "wss://streaming.assemblyai.com/v3/ws"
    def __init__(self, key, rate=16000):
        # TODO(v3-migrate): Nothing ends this session, billed until 5 minutes pass without a message: send {"type": "Terminate"} and wait for Termination, then close. [V3M510] https://v3-migrate.github.io/v3-migrate/rules/v3m510/
        self.app = websocket.WebSocketApp(f"{self.URL}?sample_rate={rate}&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", header={"Authorization": key}, on_message=self._on_message, on_error=self._on_error, on_close=self._on_close)
        self.last = None
    def _wrap(self, data):
        return data
    def push(self, data):
        self.app.send(self._wrap(data), websocket.ABNF.OPCODE_BINARY)
    def _on_message(self, ws, message):
        payload = json.loads(message)
        mtype = payload.get("type", "")
        is_final = bool(mtype == "Turn" and payload.get("end_of_turn") and payload.get("turn_is_formatted") and payload.get("transcript"))
        text = " ".join(word["text"] for word in payload.get("words", ()))
        if mtype == "Turn" and text:
            self.last = dict(text=text, final=is_final, confidence=sum(word["confidence"] for word in payload["words"]) / max(len(payload["words"]), 1))
            self.show(**self.last)
        elif mtype != "Begin":
            print("other", payload)
    def show(self, text, final, confidence): print(text, final, confidence)
    def _on_close(self, ws, code, reason):
        if code == 1008: print("key")
        elif code in (3008, 3006): print("late")
    def _on_error(self, ws, err): print(err)

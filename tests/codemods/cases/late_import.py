"""The library is imported where it is needed; the module still loads without it."""
import base64
import json


class Captions:
    def start(self):
        import websocket

        url = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
        self.socket = websocket.WebSocketApp(url, on_message=self.on_message)
        self.socket.run_forever()

    def on_message(self, socket, raw):
        message = json.loads(raw)
        if message["message_type"] == "FinalTranscript":
            print(message["text"])

    def send(self, chunk):
        self.socket.send(json.dumps({"audio_data": base64.b64encode(chunk).decode()}))

    def stop(self):
        self.socket.send(json.dumps({"terminate_session": True}))
# output
"""The library is imported where it is needed; the module still loads without it."""
import json


class Captions:
    def start(self):
        import websocket

        url = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
        self.socket = websocket.WebSocketApp(url, on_message=self.on_message)
        self.socket.run_forever()

    def on_message(self, socket, raw):
        message = json.loads(raw)
        if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]:
            print(message["transcript"])

    def send(self, chunk):
        self.socket.send(chunk, opcode=2)

    def stop(self):
        self.socket.send(json.dumps({"type": "Terminate"}))

import json

import websocket


class App:
    FINAL = "FinalTranscript"

    def on_message(self, ws, raw):
        data = json.loads(raw)
        if data["message_type"] == self.FINAL:
            print(data["text"])


on_message = App().on_message

if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)

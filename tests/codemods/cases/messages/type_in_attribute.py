import json

import websocket


class App:
    def on_message(self, ws, raw):
        self.data = json.loads(raw)
        self.kind = self.data["message_type"]
        self.show()

    def show(self):
        if self.kind == "FinalTranscript":
            print(self.data["text"])


on_message = App().on_message

if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)

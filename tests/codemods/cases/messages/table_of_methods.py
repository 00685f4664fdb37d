import json

import websocket


class App:
    def __init__(self):
        self.handlers = {"FinalTranscript": self.final, "PartialTranscript": self.partial}

    def final(self, m):
        print(m["text"])

    def partial(self, m):
        pass

    def on_message(self, ws, raw):
        data = json.loads(raw)
        handler = self.handlers.get(data["message_type"])
        if handler:
            handler(data)


app = App()
on_message = app.on_message

if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)

import json

import websocket


class Base:
    def on_message(self, ws, raw):
        data = json.loads(raw)
        self.route(data["message_type"], data)

    def route(self, kind, data):
        method = {"FinalTranscript": self.on_final, "PartialTranscript": self.on_partial}.get(kind, self.on_other)
        method(data)

    def on_final(self, data):
        raise NotImplementedError

    def on_partial(self, data):
        pass

    def on_other(self, data):
        pass


class App(Base):
    def on_final(self, data):
        print(data["text"])


on_message = App().on_message

if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)

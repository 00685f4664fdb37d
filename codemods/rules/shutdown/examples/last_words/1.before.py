import websocket


class Captions:
    def __init__(self):
        self.ws = websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws", on_message=self.on_message)

    def on_message(self, ws, message):
        print(message)

    def feed(self, chunk):
        self.ws.send(chunk, websocket.ABNF.OPCODE_BINARY)

    def stop(self):
        self.ws.send('{"terminate_session": true}')
        self.ws.close()

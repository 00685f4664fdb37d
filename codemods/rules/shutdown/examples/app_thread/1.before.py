import threading

import websocket


def on_open(ws):
    def capture():
        while True:
            ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)

    threading.Thread(target=capture, daemon=True).start()


URL = "wss://api.assemblyai.com/v2/realtime/ws"
ws = websocket.WebSocketApp(URL, on_open=on_open)
ws.run_forever()

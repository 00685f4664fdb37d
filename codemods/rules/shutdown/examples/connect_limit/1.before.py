import threading

import websocket


def on_open(ws):
    ws.send(sound, websocket.ABNF.OPCODE_BINARY)
    ws.send('{"type": "Terminate"}')


ws = websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws", on_open=on_open)
connection = threading.Thread(target=ws.run_forever)
connection.start()

import threading

import websocket


def on_open(ws):
    websocket.setdefaulttimeout(None)
    ws.sock.settimeout(None)  # connected: it may be silent for longer
    ws.send(sound, websocket.ABNF.OPCODE_BINARY)
    ws.send('{"type": "Terminate"}')


ws = websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_open=on_open)
websocket.setdefaulttimeout(4)  # to connect: nothing can stop the attempt in its thread
connection = threading.Thread(target=ws.run_forever)
connection.start()

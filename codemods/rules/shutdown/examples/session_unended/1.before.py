import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws")


def feed(chunk):
    ws.send_binary(chunk)

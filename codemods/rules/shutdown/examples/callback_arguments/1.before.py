import websocket


def on_close(ws):
    print("closed")


ws = websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws", on_close=on_close)

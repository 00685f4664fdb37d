import websocket


def on_close(ws):
    print("closed")


ws = websocket.WebSocketApp("wss://example.com/chat", on_close=on_close)

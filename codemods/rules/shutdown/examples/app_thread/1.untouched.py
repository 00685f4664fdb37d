import websocket

ws = websocket.WebSocketApp("wss://example.com/chat")
ws.run_forever()

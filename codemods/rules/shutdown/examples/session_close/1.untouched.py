import websocket

ws = websocket.create_connection("wss://example.com/chat")
ws.send("hello")
ws.close()

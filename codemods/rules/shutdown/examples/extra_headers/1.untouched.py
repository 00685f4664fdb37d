import websockets

ws = websockets.connect("wss://example.com/ws", extra_headers={"authorization": K})

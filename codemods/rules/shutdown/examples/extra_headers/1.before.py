import websockets

ws = websockets.connect("wss://api.assemblyai.com/v2/realtime/ws", extra_headers={"authorization": K})

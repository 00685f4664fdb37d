import websocket

headers = {"Authorization": f"Bearer {KEY}"}
ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws", header=headers)

import websocket

ws = websocket.WebSocketApp("wss://api.example.com/v2/realtime/ws?sample_rate=16000")

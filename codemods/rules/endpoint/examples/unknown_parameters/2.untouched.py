import websocket

ws = websocket.create_connection("wss://api.example.com/v1/listen?punctuate=true")

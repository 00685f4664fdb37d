import websocket

ws = websocket.create_connection("wss://api.example.com/ws?boost_param=high")

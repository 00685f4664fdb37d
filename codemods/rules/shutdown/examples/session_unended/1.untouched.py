import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=u3-rt-pro")


def feed(chunk):
    ws.send_binary(chunk)

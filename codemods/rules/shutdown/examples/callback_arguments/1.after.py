import websocket


def on_close(ws, close_status_code, close_msg):
    print("closed")


ws = websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_close=on_close)

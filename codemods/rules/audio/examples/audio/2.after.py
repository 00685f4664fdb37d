import websocket


def on_open(ws):
    with open('a.raw', 'rb') as file:
        ws.send(file.read(3200), websocket.ABNF.OPCODE_BINARY)


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_open=on_open)

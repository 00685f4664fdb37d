import base64, json
import websocket


def on_open(ws):
    with open('a.raw', 'rb') as file:
        ws.send(json.dumps({'audio_data': base64.b64encode(file.read(3200)).decode()}))


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_open=on_open)

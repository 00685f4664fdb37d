import json

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
ws.send_binary(bytes(3200))
ws.send(json.dumps({"type": "Terminate"}))

import json
import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
ws.send(json.dumps({"type": "Terminate"}))
ws.send('{"type": "ForceEndpoint"}')
ws.send(json.dumps({"type": "UpdateConfiguration", "end_of_turn_confidence_threshold": 1, "max_turn_silence": 300}))
ws.send(json.dumps(dict(type="Terminate")))

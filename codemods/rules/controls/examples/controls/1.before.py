import json
import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
ws.send(json.dumps({"terminate_session": True}))
ws.send('{"force_end_utterance": true}')
ws.send(json.dumps({"end_utterance_silence_threshold": 300}))
ws.send(json.dumps(dict(terminate_session=True)))

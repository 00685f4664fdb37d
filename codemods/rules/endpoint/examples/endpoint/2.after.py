import websocket
from urllib.parse import urlencode

params = {"sample_rate": 16000, "speech_model": "universal-streaming-english", "format_turns": "true", "inactivity_timeout": 300}
ws = websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?" + urlencode(params))

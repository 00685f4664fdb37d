import json
import websockets
from urllib.parse import urlencode

params = {"sample_rate": 16000, "keyterms_prompt": json.dumps(["Kestrel"]), "speech_model": "universal-streaming-english", "format_turns": "true", "inactivity_timeout": 300}
socket = websockets.connect("wss://streaming.assemblyai.com/v3/ws?" + urlencode(params))

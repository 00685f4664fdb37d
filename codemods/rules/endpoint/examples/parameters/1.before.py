import json
import websockets
from urllib.parse import urlencode

params = {"sample_rate": 16000, "word_boost": json.dumps(["Kestrel"]), "boost_param": "high"}
socket = websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?" + urlencode(params))

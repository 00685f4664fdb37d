import websocket
from urllib.parse import urlencode

params = {"sample_rate": 16000}
ws = websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?" + urlencode(params))

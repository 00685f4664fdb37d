"""A base that plain requests share stays; what cannot be moved piece by piece is reported, and nothing else is lost."""
import requests
import websocket

HOST = "api.assemblyai.com"
BASE = "https://api.assemblyai.com/v2"
VERSION = "v2"
requests.post("https://" + HOST + "/v2/transcript")
requests.post(f"{BASE}/transcript")
joined = websocket.create_connection("wss://" + HOST + "/v2/realtime/ws?sample_rate=16000")
swapped = websocket.create_connection(f"{BASE.replace('https', 'wss')}/realtime/ws?sample_rate=16000")
token = requests.post("https://" + HOST + "/v2/realtime/token", json={"expires_in": 3600}).json()["token"]
versioned = websocket.create_connection(f"wss://api.assemblyai.com/{VERSION}/realtime/ws?sample_rate=16000")
parts = websocket.create_connection("/".join(["wss://api.assemblyai.com", "v2", "realtime", "ws?sample_rate=16000"]))
slash = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws/?sample_rate=16000")
# output
"""A base that plain requests share stays; what cannot be moved piece by piece is reported, and nothing else is lost."""
import requests
import websocket

HOST = "api.assemblyai.com"
BASE = "https://api.assemblyai.com/v2"
VERSION = "v2"
requests.post("https://" + HOST + "/v2/transcript")
requests.post(f"{BASE}/transcript")
joined = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
swapped = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
token = requests.get("https://streaming.assemblyai.com/v3/token", params={"expires_in_seconds": 600, "max_session_duration_seconds": 3600}).json()["token"]
# TODO(v3-migrate): The v2 URL is made of pieces that cannot be moved one by one: use wss://streaming.assemblyai.com/v3/ws. [V3M101] https://v3-migrate.github.io/v3-migrate/rules/v3m101/
versioned = websocket.create_connection(f"wss://api.assemblyai.com/{VERSION}/realtime/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
# TODO(v3-migrate): The v2 URL is made of pieces that cannot be moved one by one: use wss://streaming.assemblyai.com/v3/ws. [V3M101] https://v3-migrate.github.io/v3-migrate/rules/v3m101/
parts = websocket.create_connection("/".join(["wss://api.assemblyai.com", "v2", "realtime", "ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"]))
slash = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")

import json

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
# TODO(v3-migrate): v3 closes the session (3006) for a message that it does not know: take 'start' out, put sample_rate into the URL. [V3M404] https://v3-migrate.github.io/v3-migrate/rules/v3m404/
ws.send(json.dumps({"type": "start", "sample_rate": 16000}))
ws.send_binary(bytes(3200))

import websocket

# TODO(v3-migrate): V3M106 the key goes into Authorization without 'Bearer'
headers = {"Authorization": f"Bearer {KEY}"}
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", header=headers)

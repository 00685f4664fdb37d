import websocket

# TODO(v3-migrate): The key goes into Authorization without 'Bearer'. [V3M106] https://v3-migrate.github.io/v3-migrate/rules/v3m106/
headers = {"Authorization": f"Bearer {KEY}"}
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", header=headers)

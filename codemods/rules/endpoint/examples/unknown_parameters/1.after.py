import websocket

# TODO(v3-migrate): Take 'punctuate' out of the URL: v2 ignored it; v3 punctuates with format_turns=true, which is set. [V3M103] https://v3-migrate.github.io/v3-migrate/rules/v3m103/
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&punctuate=true&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")

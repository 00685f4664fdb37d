import websocket

RATE = 8000
URL = f"wss://streaming.assemblyai.com/v3/ws?sample_rate={RATE}&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
ws = websocket.create_connection(URL)

import websocket

URL = "wss://streaming.assemblyai.com/v3/ws?end_of_turn_confidence_threshold=1&max_turn_silence=500&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
ws = websocket.create_connection(URL)

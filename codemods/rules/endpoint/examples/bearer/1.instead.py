import websocket

headers = {"Authorization": KEY}
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", header=headers)

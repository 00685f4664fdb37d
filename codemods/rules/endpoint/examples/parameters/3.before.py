import websocket

URL = "wss://api.assemblyai.com/v2/realtime/ws?end_utterance_silence_threshold=500"
ws = websocket.create_connection(URL)

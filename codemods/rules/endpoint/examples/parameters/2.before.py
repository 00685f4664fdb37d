import websocket

RATE = 8000
URL = f"wss://api.assemblyai.com/v2/realtime/ws?sample_rate={RATE}&enable_extra_session_information=true"
ws = websocket.create_connection(URL)

import time

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
with open("speech.raw", "rb") as file:
    while chunk := file.read(6400):
        ws.send_binary(chunk)
        time.sleep(0.2)

import time

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
with open("speech.raw", "rb") as file:
    while chunk := file.read(6400):
        ws.send_binary(chunk)
        # TODO(v3-migrate): 200 ms of audio every 50 ms are 4 times real time: v3 closes the session (3007) when five minutes wait, so wait 0.2 seconds here. [V3M203] https://v3-migrate.github.io/v3-migrate/rules/v3m203/
        time.sleep(0.05)

import atexit

import pyaudio
import websocket

audio = pyaudio.PyAudio()
atexit.register(audio.terminate)
stream = audio.open(format=pyaudio.paInt16, channels=1, rate=16000, input=True)
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
ws.send_binary(stream.read(3200))
ws.send('{"type": "Terminate"}')
ws.close()

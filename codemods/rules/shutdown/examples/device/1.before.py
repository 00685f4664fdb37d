import pyaudio
import websocket

audio = pyaudio.PyAudio()
stream = audio.open(format=pyaudio.paInt16, channels=1, rate=16000, input=True)
ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws")
ws.send_binary(stream.read(3200))
ws.send('{"type": "Terminate"}')
ws.close()

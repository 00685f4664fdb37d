"""Captions from a microphone that sounddevice reads, by callback (`callback`) or in turns (`turns`)."""

import json
import os
import sys
import threading

import sounddevice
import websocket

URL = (
    "wss://streaming.assemblyai.com/v3/ws?sample_rate=44100&speech_model=universal-streaming-english&format_turns=true"
)
socket = websocket.create_connection(URL, header={"Authorization": os.environ["ASSEMBLYAI_API_KEY"]})


def show():
    for text in iter(socket.recv, ""):
        message = json.loads(text)
        if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
            print(message["transcript"])
        elif message["type"] == "Termination":
            return


def hear(block, frames, time, status):
    socket.send_binary(bytes(block))


listener = threading.Thread(target=show)
listener.start()
by_callback = sys.argv[1] == "callback"
options = {"samplerate": 44100, "blocksize": 4410, "channels": 1, "dtype": "int16"}
print(sounddevice.query_devices(kind="input")["name"])
with sounddevice.RawInputStream(**options, callback=hear if by_callback else None) as stream:
    try:
        while by_callback:
            sounddevice.sleep(100)
        while True:
            socket.send_binary(bytes(stream.read(4410)[0]))
    except KeyboardInterrupt:
        pass
socket.send(json.dumps({"type": "Terminate"}))
listener.join()

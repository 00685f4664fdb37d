import json
import threading

from websockets.sync.client import connect

URL = "wss://api.assemblyai.com/v2/realtime/ws"


def send(ws, microphone):
    while True:
        ws.send(microphone.read(3200))
    ws.send(json.dumps({"terminate_session": True}))


def main(microphone):
    with connect(URL) as ws:
        threading.Thread(target=send, args=(ws, microphone)).start()
        for message in ws:
            print(message)


main(MICROPHONE)

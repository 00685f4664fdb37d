from websockets.sync.client import connect

with connect("wss://stt.example.com/listen") as ws:
    print("Waiting for SessionBegins ...")
    for raw in ws:
        print("no FinalTranscript in", raw)

import json


def on_message(ws, raw):
    event = json.loads(raw)
    if event["type"] == "Termination":  # in place of SessionInformation and SessionTerminated
        print("heard", event["audio_duration_seconds"], "s of audio")
        ws.close()

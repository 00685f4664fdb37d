import json


def show(event):
    # Of a partial, `transcript` has only the words that are final; all that was heard is in `words`.
    if event["end_of_turn"]:
        print(event["transcript"])
    else:
        print(" ".join(word["text"] for word in event["words"]), end="\r")


def on_message(ws, raw):
    event = json.loads(raw)
    if event["type"] == "Turn":
        show(event)

import json


def on_message(ws, raw):
    event = json.loads(raw)
    if event["type"] != "Turn" or not (event["end_of_turn"] and event["turn_is_formatted"]):
        return  # v3 always sends partials: pass over them
    print(event["transcript"])

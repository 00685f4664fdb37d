HANDLERS = {"FinalTranscript": print}


def handle(event):
    HANDLERS[event["kind"]](event)

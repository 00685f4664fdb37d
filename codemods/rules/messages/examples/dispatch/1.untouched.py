TABLE = {"FinalTranscript": 1}


def look(event):
    return TABLE[event["kind"]]

def show(message):
    if message["message_type"] == "FinalTranscript":
        print(message["text"])


def imported(line):
    show(dict(pair.split("=") for pair in line.split("&")))

from archive import recorded


def show(message):
    print(message["text"])


def replay(name):
    for message in recorded(name):
        show(message)

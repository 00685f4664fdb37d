import contextlib
import json
import queue
import threading

from websockets.sync.client import connect


@contextlib.contextmanager
def session_messages(ws, stop_event):
    """Give a function that yields what the service sends; on every way out, let the sender end the session."""
    received = queue.Queue()
    interrupt = None

    def receive():
        try:
            for message in ws:
                received.put(message)
            received.put(StopIteration())
        except Exception as error:
            received.put(error)  # for whoever takes it

    def take():
        nonlocal interrupt
        try:
            return received.get(timeout=5 if interrupt else None)
        except queue.Empty:
            return interrupt  # the service does not answer
        except KeyboardInterrupt as error:
            if interrupt:
                raise
            interrupt = error
            stop_event.set()
            return take()  # the last transcripts come first

    def messages():
        while not isinstance(message := take(), BaseException):
            yield message
        if interrupt:
            raise interrupt
        if not isinstance(message, StopIteration):
            raise message

    stop_event.clear()
    receiver = threading.Thread(target=receive, daemon=True)
    receiver.start()
    try:
        yield messages
    finally:
        stop_event.set()
        receiver.join(timeout=5)  # until the service closes
    if interrupt:
        raise interrupt


URL = "wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
stop_event = threading.Event()


def send(ws, microphone):
    while not stop_event.is_set():
        ws.send(microphone.read(3200))
    ws.send(json.dumps({"type": "Terminate"}))


def main(microphone):
    with connect(URL) as ws, session_messages(ws, stop_event) as messages:
        threading.Thread(target=send, args=(ws, microphone)).start()
        for message in messages():
            print(message)


main(MICROPHONE)

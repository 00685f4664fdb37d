import atexit
import sys
import threading
import weakref

import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def end_at_exit(client, exiting=threading.Event()):
    """End the session with the program, or when what this returns is called."""
    if exiting.is_set():
        sys.exit()  # this thread: no session begins any more

    def end():
        exiting.set()
        session = alive()
        if session is not None:
            session.disconnect(terminate=True)

    alive = weakref.ref(client, lambda _: atexit.unregister(end))
    atexit.register(end)
    return end


class Service:
    def start(self):
        self.transcriber = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        self.transcriber.on(StreamingEvents.Turn, lambda client, event: print(event))
        self.transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
        end_at_exit(self.transcriber)
        self.transcriber.connect(
            StreamingParameters(
                sample_rate=16_000,
                speech_model="universal-streaming-english",
                format_turns=True,
                inactivity_timeout=300,
            )
        )

    def stop(self):
        self.transcriber.disconnect(terminate=True)

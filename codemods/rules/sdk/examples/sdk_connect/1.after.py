import atexit

import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


class Notes:
    def __init__(self, rate):
        self.transcriber = StreamingClient(
            StreamingClientOptions(
                api_key=aai.settings.api_key, connect_timeout=5, terminate_timeout=30.0
            )
        )
        self.transcriber.on(StreamingEvents.Turn, lambda client, event: print(event))
        self.transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
        self.transcriber_parameters = StreamingParameters(
            sample_rate=rate,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )

    def start(self):
        self.transcriber.connect(self.transcriber_parameters)
        atexit.register(self.transcriber.disconnect, True)

import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


class Service:
    def start(self):
        self.transcriber = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        self.transcriber.on(StreamingEvents.Turn, lambda client, event: print(event))
        self.transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
        self.transcriber.connect(
            StreamingParameters(
                sample_rate=16_000,
                speech_model="universal-streaming-english",
                format_turns=True,
            )
        )

    def stop(self):
        self.transcriber.disconnect(terminate=True)

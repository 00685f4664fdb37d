import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def on_close():
    print('bye')


class PhoneTranscriber(StreamingClient):
    def __init__(self):
        super().__init__(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        self.on(StreamingEvents.Turn, lambda client, event: print(event))
        self.on(StreamingEvents.Error, lambda client, event: print(event))
        self._session_parameters = StreamingParameters(
            sample_rate=8000,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )

    def connect(self, timeout=None):
        super().connect(self._session_parameters)

    def close(self):
        self.disconnect(terminate=True)
        on_close()


call = PhoneTranscriber()
call.connect()
call.close()

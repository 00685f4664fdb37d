import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def on_open(client, session):
    print(session.id)


def on_error(client, error):
    if error.code == 3008:
        print(error)


transcriber = StreamingClient(
    StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
)
transcriber.on(StreamingEvents.Begin, on_open)
transcriber.on(StreamingEvents.Turn, lambda client, event: print(event))
transcriber.on(StreamingEvents.Error, on_error)
transcriber.connect(
    StreamingParameters(
        sample_rate=8000,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
)
transcriber.disconnect(terminate=True)

import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def on_close():
    print('bye')


transcriber = StreamingClient(
    StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
)
transcriber.on(StreamingEvents.Turn, lambda client, event: print(event))
transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
transcriber.connect(
    StreamingParameters(
        sample_rate=8000,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
)
transcriber.disconnect(terminate=True)  # ends it
on_close()
print('done')

import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def main(chunks):
    transcriber = StreamingClient(
        StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
    )
    transcriber.on(StreamingEvents.Turn, lambda client, event: print(event))
    transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
    transcriber.connect(
        StreamingParameters(
            sample_rate=16_000,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )
    )

    try:
        # until nobody speaks any more
        transcriber.stream(chunks)
    finally:
        transcriber.disconnect(terminate=True)
        print()
    print("done")

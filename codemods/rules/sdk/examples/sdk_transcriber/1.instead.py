import os

from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def on_turn(client, event):
    if event.end_of_turn and event.turn_is_formatted:
        print(event.transcript)


def on_error(client, error):
    print(error)


def caption(audio):
    client = StreamingClient(StreamingClientOptions(api_key=os.environ["ASSEMBLYAI_API_KEY"]))
    client.on(StreamingEvents.Turn, on_turn)
    client.on(StreamingEvents.Error, on_error)
    client.connect(
        StreamingParameters(
            sample_rate=16000,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )
    )
    try:
        client.stream(audio)
    finally:
        client.disconnect(terminate=True)

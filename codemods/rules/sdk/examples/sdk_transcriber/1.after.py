import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


def on_data(client, transcript):
    print(turn_text(transcript))


def on_error(client, error):
    print(error)


transcriber = StreamingClient(
    StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
)
transcriber.on(StreamingEvents.Turn, on_data)
transcriber.on(StreamingEvents.Error, on_error)
transcriber.connect(
    StreamingParameters(
        sample_rate=16_000,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
)
transcriber.disconnect(terminate=True)

import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def on_data(client, transcript):
    if not transcript.words:
        return
    if transcript.end_of_turn and transcript.turn_is_formatted:
        print(transcript.transcript)
        save(transcript)
    elif not transcript.end_of_turn:
        print(" ".join(word.text for word in transcript.words), end='')


def save(transcript):
    print(transcript.transcript, transcript.words[0].start if transcript.words else 0, transcript.turn_is_formatted)


transcriber = StreamingClient(
    StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
)
transcriber.on(StreamingEvents.Turn, on_data)
transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
transcriber.connect(
    StreamingParameters(
        sample_rate=8000,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
)
transcriber.disconnect(terminate=True)

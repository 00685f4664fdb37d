import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)

transcriber = StreamingClient(
    StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
)
transcriber.on(StreamingEvents.Turn, lambda client, transcript: print(sum(word.confidence for word in transcript.words) / max(len(transcript.words), 1)))
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

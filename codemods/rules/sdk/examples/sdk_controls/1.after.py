import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
    StreamingSessionParameters,
)

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
transcriber.set_params(StreamingSessionParameters(end_of_turn_confidence_threshold=1.0, max_turn_silence=500))
transcriber.force_endpoint()
transcriber.disconnect(terminate=True)

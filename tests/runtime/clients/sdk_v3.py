"""The vendor's SDK, synchronous client."""

from typing import Any

import common
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


def on_turn(client: StreamingClient, event: Any) -> None:
    """Print finals."""
    if event.end_of_turn and event.turn_is_formatted:
        print(event.transcript, flush=True)


def on_error(client: StreamingClient, error: Any) -> None:
    """Print errors, which are no finals."""
    print("error:", error, flush=True)


issuer = StreamingClient(StreamingClientOptions(api_key=common.KEY, api_host=common.HOST))
token = issuer.create_temporary_token(expires_in_seconds=60, max_session_duration_seconds=600)
client = StreamingClient(StreamingClientOptions(token=token, api_host=common.HOST))
client.on(StreamingEvents.Turn, on_turn)
client.on(StreamingEvents.Error, on_error)
client.connect(
    StreamingParameters(
        sample_rate=16000, speech_model="universal-streaming-english", format_turns=True, keyterms_prompt=["notes"]
    )
)
client.stream(common.paced())
client.disconnect(terminate=True)

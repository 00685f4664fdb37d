"""The vendor's SDK, asynchronous client."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import common
from assemblyai.streaming.v3 import (
    AsyncStreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


async def on_turn(client: AsyncStreamingClient, event: Any) -> None:
    """Print finals."""
    if event.end_of_turn and event.turn_is_formatted:
        print(event.transcript, flush=True)


async def on_error(client: AsyncStreamingClient, error: Any) -> None:
    """Print errors, which are no finals."""
    print("error:", error, flush=True)


async def audio() -> AsyncIterator[bytes]:
    """Yield the audio at its pace."""
    for piece in common.chunks():
        yield piece
        await asyncio.sleep(0.1 / common.SPEED)


async def main() -> None:
    """Fetch a token, then run one session."""
    issuer = AsyncStreamingClient(StreamingClientOptions(api_key=common.KEY, api_host=common.HOST))
    token = await issuer.create_temporary_token(expires_in_seconds=60)
    client = AsyncStreamingClient(StreamingClientOptions(token=token, api_host=common.HOST))
    client.on(StreamingEvents.Turn, on_turn)
    client.on(StreamingEvents.Error, on_error)
    await client.connect(
        StreamingParameters(sample_rate=16000, speech_model="universal-streaming-english", format_turns=True)
    )
    await client.stream(audio())
    await client.disconnect(terminate=True)


asyncio.run(main())

"""The vendor's SDK, one session for each set of parameters.

Run as `PYTHON CLIENT.py sync|async HOST:PORT`, the sets as JSON on standard input. Prints the names of all parameters
that the SDK has, then every error.
"""

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from assemblyai.streaming.v3 import (
    AsyncStreamingClient,
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)

KIND, HOST = sys.argv[1:]
SESSIONS = json.load(sys.stdin)
AUDIO = bytes(3200)


def options() -> StreamingClientOptions:
    """Return how the server is reached."""
    return StreamingClientOptions(api_key="key", api_host=f"ws://{HOST}")


def parameters(given: dict[str, Any]) -> StreamingParameters:
    """Return one set."""
    return StreamingParameters(**{"sample_rate": 16000, **given})


def tell(given: dict[str, Any], error: Any) -> None:
    """Say what an error says; in one piece, since sessions run in threads and `print` writes the end by itself."""
    sys.stdout.write(f"{given} {error}\n")


def session(given: dict[str, Any]) -> None:
    """Run one session."""
    client = StreamingClient(options())
    client.on(StreamingEvents.Error, lambda _, error: tell(given, error))
    client.connect(parameters(given))
    client.stream(AUDIO)
    time.sleep(0.1)
    client.disconnect(terminate=True)


async def session_of_coroutines(given: dict[str, Any]) -> None:
    """Run one session."""

    async def show(_: AsyncStreamingClient, error: Any) -> None:
        tell(given, error)

    client = AsyncStreamingClient(options())
    client.on(StreamingEvents.Error, show)
    await client.connect(parameters(given))
    await client.stream(AUDIO)
    await asyncio.sleep(0.1)
    await client.disconnect(terminate=True)


async def all_sessions() -> None:
    """Run them side by side."""
    await asyncio.gather(*map(session_of_coroutines, SESSIONS))


fields = getattr(StreamingParameters, "model_fields", None) or StreamingParameters.__fields__
print(json.dumps(list(fields)))
if KIND == "async":
    asyncio.run(all_sessions())
else:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(session, SESSIONS))

import os

from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions


def token():
    """Return a token for a browser, good for one session that begins within a minute."""
    client = StreamingClient(StreamingClientOptions(api_key=os.environ["ASSEMBLYAI_API_KEY"]))
    return client.create_temporary_token(expires_in_seconds=60, max_session_duration_seconds=3600)

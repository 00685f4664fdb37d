import assemblyai as aai
from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions

token = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key)).create_temporary_token(
    expires_in_seconds=600,
    max_session_duration_seconds=3600,
)

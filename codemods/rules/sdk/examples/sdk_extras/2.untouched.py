import assemblyai as aai
from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions

client = StreamingClient(StreamingClientOptions(api_key='key'))
client.stream(aai.extras.MicrophoneStream(sample_rate=16_000))

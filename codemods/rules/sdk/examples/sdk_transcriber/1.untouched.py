from assemblyai.streaming.v3 import RealTimeTranscriber, RealTimeTranscriberOptions

client = RealTimeTranscriber(RealTimeTranscriberOptions(api_key="key"))

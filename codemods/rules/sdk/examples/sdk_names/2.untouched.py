from assemblyai.streaming.v3 import RealTimeTranscriber

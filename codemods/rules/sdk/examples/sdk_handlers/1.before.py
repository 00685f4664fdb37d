import assemblyai as aai

transcriber = aai.RealtimeTranscriber(
    sample_rate=8000,
    on_data=lambda transcript: print(transcript.confidence),
    on_error=print,
)
transcriber.connect()
transcriber.close()

import assemblyai as aai


def on_data(transcript):
    print(transcript.text)


def on_error(error):
    print(error)


transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=on_error)
transcriber.connect()
transcriber.close()

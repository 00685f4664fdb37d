import assemblyai as aai


def on_data(transcript):
    if not transcript.text:
        return
    if isinstance(transcript, aai.RealtimeFinalTranscript):
        print(transcript.text)
        save(transcript)
    else:
        print(transcript.text, end='')


def save(transcript):
    print(transcript.text, transcript.audio_start, transcript.punctuated)


transcriber = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=print)
transcriber.connect()
transcriber.close()

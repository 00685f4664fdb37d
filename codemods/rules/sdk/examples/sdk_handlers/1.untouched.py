def on_data(transcript):
    print(transcript.text)

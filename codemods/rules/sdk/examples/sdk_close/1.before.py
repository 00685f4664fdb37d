import assemblyai as aai


def on_close():
    print('bye')


transcriber = aai.RealtimeTranscriber(
    sample_rate=8000, on_data=print, on_error=print, on_close=on_close
)
transcriber.connect()
transcriber.close()  # ends it
print('done')

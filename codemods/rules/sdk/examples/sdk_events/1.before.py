import assemblyai as aai


def on_open(session):
    print(session.session_id)


def on_error(error):
    if error.status_code == 4008:
        print(error)


transcriber = aai.RealtimeTranscriber(
    sample_rate=8000, on_data=print, on_open=on_open, on_error=on_error
)
transcriber.connect()
transcriber.close()

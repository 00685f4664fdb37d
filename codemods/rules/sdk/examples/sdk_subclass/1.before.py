import assemblyai as aai


def on_close():
    print('bye')


class PhoneTranscriber(aai.RealtimeTranscriber):
    def __init__(self):
        super().__init__(
            on_data=print,
            on_error=print,
            on_close=on_close,
            sample_rate=8000,
        )


call = PhoneTranscriber()
call.connect()
call.close()

import atexit

import assemblyai as aai


class Notes:
    def __init__(self, rate):
        self.transcriber = aai.RealtimeTranscriber(sample_rate=rate, on_data=print, on_error=print)

    def start(self):
        self.transcriber.connect(timeout=5)
        atexit.register(self.transcriber.close)

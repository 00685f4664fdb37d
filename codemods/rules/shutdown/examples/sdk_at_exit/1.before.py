import assemblyai as aai


class Service:
    def start(self):
        self.transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)
        self.transcriber.connect()

    def stop(self):
        self.transcriber.close()

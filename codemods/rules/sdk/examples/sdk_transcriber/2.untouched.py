class RealtimeTranscriber:
    pass


transcriber = RealtimeTranscriber()

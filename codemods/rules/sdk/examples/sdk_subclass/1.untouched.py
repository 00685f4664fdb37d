from RealtimeSTT import RealtimeTranscriber


class Mine(RealtimeTranscriber):
    pass

from RealtimeSTT import RealtimeTranscriber

RealtimeTranscriber().start()

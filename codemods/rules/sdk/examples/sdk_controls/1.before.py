import assemblyai as aai

transcriber = aai.RealtimeTranscriber(sample_rate=8000, on_data=print, on_error=print)
transcriber.connect()
transcriber.configure_end_utterance_silence_threshold(500)
transcriber.force_end_utterance()
transcriber.close()

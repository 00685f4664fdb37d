import assemblyai as aai

token = aai.RealtimeTranscriber.create_temporary_token(expires_in=3600)

import assemblyai as aai

transcriber = aai.Transcriber()
print(transcriber.transcribe("a.wav").text)

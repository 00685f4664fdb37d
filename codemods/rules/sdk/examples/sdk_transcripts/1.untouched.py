import assemblyai as aai

transcript = aai.Transcriber().transcribe('a.wav')
print(transcript.text, transcript.confidence, transcript.words[0].text)

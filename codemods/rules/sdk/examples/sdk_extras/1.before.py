import assemblyai as aai

for chunk in aai.extras.stream_file('a.wav', 16_000):
    print(len(chunk))

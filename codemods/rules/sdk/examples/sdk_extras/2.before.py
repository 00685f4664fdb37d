import assemblyai as aai

try:
    microphone = aai.extras.MicrophoneStream()
except aai.extras.AssemblyAIExtrasNotInstalledError:
    print('no PyAudio')

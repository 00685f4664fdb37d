class MicrophoneStream:
    pass


MicrophoneStream()

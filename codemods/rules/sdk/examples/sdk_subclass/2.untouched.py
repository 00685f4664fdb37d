import assemblyai as aai


class Mine(aai.Transcriber):
    pass

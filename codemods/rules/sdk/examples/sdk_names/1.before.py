from assemblyai import AudioEncoding, RealtimeError, Transcriber


def refuse(kind=AudioEncoding.pcm_mulaw) -> RealtimeError:
    return RealtimeError(f"{Transcriber} takes no {kind}")

from assemblyai import Transcriber
from assemblyai.streaming.v3 import Encoding, StreamingError


def refuse(kind=Encoding.pcm_mulaw) -> StreamingError:
    return StreamingError(f"{Transcriber} takes no {kind}")

import assemblyai as aai
from typing import Optional


class Desk:
    transcriber: "Optional[aai.RealtimeTranscriber]" = None

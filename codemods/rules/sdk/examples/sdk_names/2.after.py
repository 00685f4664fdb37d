import assemblyai as aai
from assemblyai.streaming.v3 import StreamingClient
from typing import Optional


class Desk:
    transcriber: "Optional[StreamingClient]" = None

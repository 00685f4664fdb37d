from typing import Optional

from assemblyai.streaming.v3 import StreamingClient


class Desk:
    transcriber: "Optional[StreamingClient]" = None

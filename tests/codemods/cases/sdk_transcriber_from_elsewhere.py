"""Transcribers made in a module out of sight."""
import assemblyai as aai
from typing import Optional
def stop(t: aai.RealtimeTranscriber): t.close()
def go(t: Optional[aai.RealtimeTranscriber]):
    if t:
        t.connect()
        t.stream(b"")
        t.force_end_utterance()
# output
"""Transcribers made in a module out of sight."""
from typing import Optional

from assemblyai.streaming.v3 import StreamingClient
# TODO(v3-migrate): Of a transcriber that is made out of sight: disconnect(terminate=True), then what on_close did, in v3. [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
def stop(t: StreamingClient): t.close()
def go(t: Optional[StreamingClient]):
    if t:
        # TODO(v3-migrate): Of a transcriber that is made out of sight: connect(StreamingParameters(...)) in v3. [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
        t.connect()
        t.stream(b"")
        # TODO(v3-migrate): Of a transcriber that is made out of sight: force_endpoint() in v3. [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
        t.force_end_utterance()

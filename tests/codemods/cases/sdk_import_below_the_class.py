"""An import far below the class whose annotations need the new names."""
import assemblyai as aai
from assemblyai import RealtimeError as Failure


class Line:
    def __init__(self, out):
        self.out = out
        self.transcriber = aai.RealtimeTranscriber(
            sample_rate=16_000, on_data=self.heard, on_error=self.failed, on_close=lambda: self.out.write("bye")
        )

    def heard(self, transcript: aai.RealtimeTranscript):
        self.out.write(transcript.text)

    def failed(self, error: Failure):
        self.out.write(f"{error.status_code}: {error}")

    def run(self, audio):
        self.transcriber.connect()
        self.transcriber.stream(audio)
        self.transcriber.close()


import sys

Line(sys.stdout).run(sys.stdin.buffer)
# output
"""An import far below the class whose annotations need the new names."""
import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingError,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


class Line:
    def __init__(self, out):
        self.out = out
        self.transcriber = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        self.transcriber.on(StreamingEvents.Turn, self.heard)
        self.transcriber.on(StreamingEvents.Error, self.failed)

    def heard(self, client: StreamingClient, transcript: TurnEvent):
        self.out.write(turn_text(transcript))

    def failed(self, client: StreamingClient, error: StreamingError):
        self.out.write(f"{error.code}: {error}")

    def run(self, audio):
        self.transcriber.connect(
            StreamingParameters(
                sample_rate=16_000,
                speech_model="universal-streaming-english",
                format_turns=True,
                inactivity_timeout=300,
            )
        )
        try:
            self.transcriber.stream(audio)
        finally:
            self.transcriber.disconnect(terminate=True)
            self.out.write("bye")


import sys

Line(sys.stdout).run(sys.stdin.buffer)

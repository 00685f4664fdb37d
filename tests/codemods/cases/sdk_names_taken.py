"""Names of v3 and of the helpers, taken by the program."""
import assemblyai as aai


class StreamingClient:
    def __init__(self):
        self.transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=heard, on_error=print)
        self.transcriber.connect()

    def close(self):
        self.transcriber.close()


def heard(transcript):
    print(turn_text(transcript.text))


def turn_text(text):
    return text[::-1]


StreamingClient().close()
# output
"""Names of v3 and of the helpers, taken by the program."""
import assemblyai as aai


class StreamingClient:
    def __init__(self):
        # TODO(v3-migrate): Not rewritten: StreamingClient means something of the program's own here, rename that first; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        self.transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=heard, on_error=print)
        self.transcriber.connect()

    def close(self):
        self.transcriber.close()


def heard(transcript):
    print(turn_text(transcript.text))


def turn_text(text):
    return text[::-1]


StreamingClient().close()

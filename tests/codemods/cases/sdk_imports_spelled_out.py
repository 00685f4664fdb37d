"""Every spelling of an import."""
import assemblyai.extras
import assemblyai.extras as ex
from assemblyai import extras, settings
import assemblyai
def on_data(t: assemblyai.RealtimeTranscript):
    print(t.text)
settings.api_key = "k"
t = assemblyai.RealtimeTranscriber(on_data=on_data, on_error=print, sample_rate=16000)
t.connect()
t.stream(ex.MicrophoneStream(16000))
t.stream(extras.stream_file("x", 16000))
t.stream(assemblyai.extras.MicrophoneStream())
t.close()
# output
"""Every spelling of an import."""
import time

from assemblyai import settings
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


def stream_file(filepath, sample_rate):
    """Yield a file (16 bit, mono), 300 ms at a time, at the pace of speech."""
    chunk_size = int(sample_rate * 0.3) * 2
    shortest = int(sample_rate * 0.05) * 2  # v3 refuses chunks of less than 50 ms
    with open(filepath, "rb") as file:
        while chunk := file.read(chunk_size):
            yield chunk.ljust(shortest, b"\0")
            time.sleep(0.3)


def microphone_chunks(sample_rate=44_100):
    """Yield what the microphone hears, 100 ms at a time, until Ctrl+C."""
    import pyaudio

    audio = pyaudio.PyAudio()
    stream = audio.open(rate=sample_rate, channels=1, format=pyaudio.paInt16, input=True)
    try:
        while True:
            yield stream.read(sample_rate // 10, exception_on_overflow=False)
    except KeyboardInterrupt:
        pass  # ends the audio, as it did before
    finally:
        stream.close()
        audio.terminate()


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


def on_data(client: StreamingClient, t: TurnEvent):
    print(turn_text(t))
settings.api_key = "k"
t = StreamingClient(
    StreamingClientOptions(api_key=settings.api_key, terminate_timeout=30.0)
)
t.on(StreamingEvents.Turn, on_data)
t.on(StreamingEvents.Error, lambda client, event: print(event))
t.connect(
    StreamingParameters(
        sample_rate=16000,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
)
try:
    t.stream(microphone_chunks(16000))
    t.stream(stream_file("x", 16000))
    t.stream(microphone_chunks())
finally:
    t.disconnect(terminate=True)

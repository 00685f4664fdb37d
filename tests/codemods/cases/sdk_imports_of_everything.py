"""Imports of everything."""
from assemblyai import *
from assemblyai.extras import *
def on_data(t: RealtimeTranscript):
    if isinstance(t, RealtimeFinalTranscript): print(t.text)
def on_error(e: RealtimeError): print(e)
t = RealtimeTranscriber(on_data=on_data, on_error=on_error, sample_rate=16000, encoding=AudioEncoding.pcm_s16le)
t.connect()
t.stream(MicrophoneStream(16000))
t.close()
# output
"""Imports of everything."""


import assemblyai
from assemblyai.streaming.v3 import (
    Encoding,
    StreamingClient,
    StreamingClientOptions,
    StreamingError,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


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


def on_data(client: StreamingClient, t: TurnEvent):
    if t.end_of_turn and t.turn_is_formatted and t.transcript: print(t.transcript)
def on_error(client: StreamingClient, e: StreamingError): print(e)
t = StreamingClient(
    StreamingClientOptions(api_key=assemblyai.settings.api_key, terminate_timeout=30.0)
)
t.on(StreamingEvents.Turn, on_data)
t.on(StreamingEvents.Error, on_error)
t.connect(
    StreamingParameters(
        sample_rate=16000,
        encoding=Encoding.pcm_s16le,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
)
try:
    t.stream(microphone_chunks(16000))
finally:
    t.disconnect(terminate=True)

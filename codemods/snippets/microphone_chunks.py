"""The microphone of SDK 0.x for a program that only iterates over it."""

from collections.abc import Iterator


def microphone_chunks(sample_rate: int = 44_100) -> Iterator[bytes]:
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

"""The microphone of SDK 0.x for a program that iterates over it and closes it, or asks it something."""

from collections.abc import Iterator


class MicrophoneStream:
    """The microphone, 100 ms at a time, until Ctrl+C or `close()`."""

    def __init__(self, sample_rate: int = 44_100) -> None:
        import pyaudio

        self.sample_rate = sample_rate
        self._audio = pyaudio.PyAudio()
        self._stream = self._audio.open(rate=sample_rate, channels=1, format=pyaudio.paInt16, input=True)
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        try:
            while self._open:
                yield self._stream.read(self.sample_rate // 10, exception_on_overflow=False)
        except KeyboardInterrupt:
            self.close()

    def close(self) -> None:
        if self._open:
            self._open = False
            self._stream.close()
            self._audio.terminate()

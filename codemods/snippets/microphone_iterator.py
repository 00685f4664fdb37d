"""The microphone of SDK 0.x for a program that takes chunks one by one, or chooses the device."""


class MicrophoneStream:
    """The microphone, 100 ms at a time, until Ctrl+C or `close()`."""

    def __init__(self, sample_rate: int = 44_100, device_index: "int | None" = None) -> None:
        import pyaudio

        self.sample_rate = sample_rate
        self._audio = pyaudio.PyAudio()
        self._stream = self._audio.open(
            format=pyaudio.paInt16,
            channels=1,
            rate=sample_rate,
            input=True,
            input_device_index=device_index,
        )
        self._open = True

    def __iter__(self) -> "MicrophoneStream":
        return self

    def __next__(self) -> bytes:
        if not self._open:
            raise StopIteration
        try:
            return self._stream.read(self.sample_rate // 10, exception_on_overflow=False)
        except KeyboardInterrupt:
            self.close()
            raise StopIteration from None

    def close(self) -> None:
        if self._open:
            self._open = False
            self._stream.close()
            self._audio.terminate()

import weakref


class MicrophoneStream:
    """Audio from the microphone, in chunks of 100 ms (16 bit, mono), until Ctrl+C or `close()`."""

    def __init__(self, sample_rate=44_100, device_index=None):
        import pyaudio

        self.sample_rate = sample_rate
        self._chunk_size = int(sample_rate * 0.1)
        audio = pyaudio.PyAudio()
        self._free = weakref.finalize(self, audio.terminate)  # at exit, if nobody closes it
        self._stream = audio.open(
            format=pyaudio.paInt16,
            channels=1,
            rate=sample_rate,
            input=True,
            frames_per_buffer=self._chunk_size,
            input_device_index=device_index,
        )
        self._open = True

    def __iter__(self):
        return self

    def __next__(self):
        if not self._open:
            raise StopIteration
        try:
            return self._stream.read(self._chunk_size, exception_on_overflow=False)
        except KeyboardInterrupt:
            self.close()
            raise StopIteration from None

    def close(self):
        if self._open:
            self._open = False
            self._stream.stop_stream()
            self._stream.close()
            self._free()


try:
    microphone = MicrophoneStream()
except ImportError:
    print('no PyAudio')

"""A client for audio that comes in frames too short for v3."""

from collections.abc import Iterable

from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions


class BufferedStreamingClient(StreamingClient):
    """Gathers short frames, as telephones have: v3 takes none below 50 ms."""

    def __init__(self, options: StreamingClientOptions, chunk_size: int, silence: bytes) -> None:
        super().__init__(options)
        self._chunk_size = chunk_size
        self._silence = silence
        self._pending = b""

    def stream(self, data: "bytes | Iterable[bytes]") -> None:
        for frame in [data] if isinstance(data, bytes) else data:
            self._pending += frame
            if len(self._pending) >= self._chunk_size:
                super().stream(self._pending)
                self._pending = b""

    def disconnect(self, terminate: bool = False) -> None:
        if terminate and self._pending:
            super().stream(self._pending.ljust(self._chunk_size, self._silence))
            self._pending = b""
        super().disconnect(terminate=terminate)

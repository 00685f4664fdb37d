"""The file source of SDK 0.x."""

import time
from collections.abc import Iterator


def stream_file(filepath: str, sample_rate: int) -> Iterator[bytes]:
    """Yield a file (16 bit, mono), 300 ms at a time, at the pace of speech."""
    chunk_size = int(sample_rate * 0.3) * 2
    shortest = int(sample_rate * 0.05) * 2  # v3 refuses chunks of less than 50 ms
    with open(filepath, "rb") as file:
        while chunk := file.read(chunk_size):
            yield chunk.ljust(shortest, b"\0")
            time.sleep(0.3)

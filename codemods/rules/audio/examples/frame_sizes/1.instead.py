def gathered(frames, size=800):
    """Put short frames together: 800 bytes are 100 ms of a telephone's audio (mu-law, 8000 Hz); v3 wants 50 ms or more."""
    waiting = bytearray()
    for frame in frames:
        waiting += frame
        if len(waiting) >= size:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting.ljust(size, b"\xff"))  # silence in mu-law


def stream(ws, frames):
    for chunk in gathered(frames):
        ws.send_binary(chunk)

"""A telephone call as Twilio's media streams deliver it: JSON messages with 20 ms of mu-law audio each.

The messages are those of Twilio's reference, "Media Streams - WebSocket messages".
"""

from __future__ import annotations

import array
import base64
import json
import sys
import uuid
from collections.abc import Iterator, Mapping

RATE = 8000
#: Samples, and bytes, of one message: 20 ms.
FRAME = 160
SECONDS = FRAME / RATE
_SILENCE = 0xFF
_BIAS, _CLIP = 0x84, 32635


def mulaw(pcm: bytes, rate: int) -> bytes:
    """Return 16-bit audio of `rate` Hz as mu-law (ITU-T G.711) of 8 kHz."""
    return bytes(_encoded(sample) for sample in _samples(pcm, rate, RATE))


def resampled(pcm: bytes, rate: int, wanted: int) -> bytes:
    """Return 16-bit audio of `rate` Hz at another rate."""
    samples = _samples(pcm, rate, wanted)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _samples(pcm: bytes, rate: int, wanted: int) -> array.array[int]:
    """Return the samples at another rate; the nearest are good enough to replay."""
    samples = array.array("h")
    samples.frombytes(pcm[: len(pcm) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return array.array("h", (samples[index * rate // wanted] for index in range(len(samples) * wanted // rate)))


def _encoded(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    size = min(abs(sample), _CLIP) + _BIAS
    exponent = size.bit_length() - 8
    return ~(sign | exponent << 4 | size >> exponent + 3 & 0x0F) & 0xFF


class Call:
    """The messages of one call."""

    def __init__(self) -> None:
        self.number = "CA" + uuid.uuid4().hex
        self._account = "AC" + uuid.uuid4().hex
        self._stream = "MZ" + uuid.uuid4().hex
        self._sequence = 0

    def opening(self) -> Iterator[str]:
        """Yield what comes before the audio."""
        yield json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        start = {
            "streamSid": self._stream,
            "accountSid": self._account,
            "callSid": self.number,
            "tracks": ["inbound"],
            "customParameters": {},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
        }
        yield self._message("start", start)

    def media(self, audio: bytes, silence: float) -> Iterator[str]:
        """Yield `audio` and then `silence` (seconds), 20 ms at a time."""
        audio += bytes([_SILENCE]) * int(silence * RATE)
        for chunk, start in enumerate(range(0, len(audio), FRAME), 1):
            frame = audio[start : start + FRAME].ljust(FRAME, bytes([_SILENCE]))
            payload = base64.b64encode(frame).decode()
            stamp = str(start * 1000 // RATE)
            yield self._message(
                "media", {"track": "inbound", "chunk": str(chunk), "timestamp": stamp, "payload": payload}
            )

    def end(self) -> str:
        """Return what says that the caller hung up."""
        return self._message("stop", {"accountSid": self._account, "callSid": self.number})

    def _message(self, event: str, content: Mapping[str, object]) -> str:
        self._sequence += 1
        number = str(self._sequence)
        return json.dumps({"event": event, "sequenceNumber": number, event: content, "streamSid": self._stream})

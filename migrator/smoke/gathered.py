"""What a program writes, as much of it as is worth keeping: memory stays flat, whatever it writes."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from migrator.smoke.observation import Output

#: Characters of each channel that are kept whole; of what follows, the lines that have a final in them.
LIMIT = 1 << 20
#: Bytes, about, of an object with a few fields.
_OVERHEAD = 512
#: Seconds within which two pieces count as one.
_MOMENT = 0.005


class Room:
    """Room for so many bytes of what is reported of a run."""

    def __init__(self, size: int = 16 * LIMIT) -> None:
        self._left = size

    def takes(self, *facts: object) -> bool:
        """Return whether there is room for one report more, with these facts."""
        self._left -= _OVERHEAD + sum(len(str(fact)) for fact in facts)
        return self._left >= 0


class Gathered:
    """The output of one run, by channels (`stdout`, `stderr`, `caller`).

    Attributes:
        outputs: what is kept, in order.
        dropped: characters of each channel that are not.
        last_shown: whether the last of the finals was written.
    """

    def __init__(self, finals: Sequence[str]) -> None:
        self.outputs: list[Output] = []
        self.dropped: dict[str, int] = {}
        self.last_shown = False
        self._finals = [final for final in finals if final]
        self._kept: dict[str, int] = {}
        self._tails: dict[str, str] = {}
        self._rests: dict[str, str] = {}
        self._decoders: dict[str, codecs.IncrementalDecoder] = {}

    def add_bytes(self, time: float, channel: str, piece: bytes) -> bool:
        """Take the next bytes of a channel, as `add` does; characters may be cut in two by the pipe."""
        if channel not in self._decoders:
            self._decoders[channel] = codecs.getincrementaldecoder("utf-8")("replace")
        return self.add(time, channel, self._decoders[channel].decode(piece))

    def add(self, time: float, channel: str, text: str) -> bool:
        """Take the next text of a channel; return whether any of it is kept."""
        joined = self._tails.get(channel, "") + text
        self.last_shown = self.last_shown or (bool(self._finals) and self._finals[-1] in joined)
        self._tails[channel] = joined[-max(map(len, self._finals), default=1) :]
        size = self._kept.get(channel, 0)
        kept = text if size + len(text) <= LIMIT else self._telling(channel, text)
        if size > 2 * LIMIT:
            kept = ""
        if len(kept) < len(text):
            self.dropped[channel] = self.dropped.get(channel, 0) + len(text) - len(kept)
        if not kept:
            return False
        self._kept[channel] = self._kept.get(channel, 0) + len(kept)
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.channel == channel and time - last.time < _MOMENT:
            self.outputs[-1] = Output(last.time, channel, last.text + kept)
        else:
            self.outputs.append(Output(time, channel, kept))
        return True

    def _telling(self, channel: str, text: str) -> str:
        """Return the whole lines of `text`, with what was left over before it, that have a final in them."""
        *lines, self._rests[channel] = (self._rests.get(channel, "") + text)[-LIMIT:].split("\n")
        return "".join(f"{line}\n" for line in lines if any(final in line for final in self._finals))

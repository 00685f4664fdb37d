"""Sizes, loudness, chunks and pace of audio."""

from __future__ import annotations

import math
import struct
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.sources.audio import PCM_MULAW, AudioFormat, Pacer, chunked

FORMATS = st.builds(AudioFormat, st.integers(8000, 96_000), st.sampled_from(["pcm_s16le", "pcm_mulaw"]))


@given(st.binary(max_size=50_000), st.integers(1, 9999), FORMATS, st.integers(50, 1000))
def test_chunks_are_of_a_length_the_service_takes_and_lose_nothing(
    data: bytes, block: int, audio: AudioFormat, milliseconds: int
) -> None:
    blocks = [data[start : start + block] for start in range(0, len(data), block)]
    chunks = list(chunked(blocks, audio, milliseconds))
    whole = data[: len(data) // audio.sample_bytes * audio.sample_bytes]
    joined = b"".join(chunks)
    assert joined[: len(whole)] == whole
    assert set(joined[len(whole) :]) <= set(audio.silence)
    for chunk in chunks:
        assert 50 <= audio.duration(len(chunk)) <= 1000.2
        assert len(chunk) % audio.sample_bytes == 0
    assert len(joined) < len(whole) + audio.size(50)


@pytest.mark.parametrize("milliseconds", [0, 49, 1001])
def test_chunks_of_another_length_are_refused(milliseconds: int) -> None:
    with pytest.raises(ValueError, match="50-1000"):
        list(chunked([], AudioFormat(), milliseconds))


def test_a_rate_without_whole_samples_in_50_ms_rounds_up() -> None:
    audio = AudioFormat(11_025)
    assert audio.size(50) == 552 * 2
    assert audio.duration(audio.size(50)) >= 50


def test_peak() -> None:
    pcm, mulaw = AudioFormat(), AudioFormat(8000, PCM_MULAW)
    assert pcm.peak(struct.pack("<3h", 0, -32768, 100)) == 1
    assert pcm.peak(struct.pack("<2h", 0, 16384)) == 0.5
    assert pcm.peak(b"") == pcm.peak(b"\x01") == pcm.peak(b"\0\0") == 0
    assert mulaw.peak(b"\xff\x7f") == 0
    # G.711: the loudest code of either sign is 32124 on the 16-bit scale.
    assert mulaw.peak(b"\x00") == mulaw.peak(b"\x80") == 32124 / 32768


@pytest.mark.parametrize(("rate", "encoding"), [(0, "pcm_s16le"), (-1, "pcm_mulaw"), (16_000, "opus")])
def test_a_format_that_cannot_be_is_refused(rate: int, encoding: str) -> None:
    with pytest.raises(ValueError, match=r"encoding|positive"):
        AudioFormat(rate, encoding)


class _Stop(threading.Event):
    """Adds up what it was asked to wait instead of waiting."""

    waited = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += timeout or 0
        return False


def test_the_pacer_waits_for_the_clock_less_its_allowance() -> None:
    stop = _Stop()
    Pacer(speed=2, ahead_ms=200).wait(1200, stop)
    assert 0.45 < stop.waited <= 0.5
    Pacer(speed=math.inf).wait(1e12, stop)
    assert stop.waited <= 0.5

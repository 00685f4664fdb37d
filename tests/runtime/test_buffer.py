"""The buffer between capture and socket."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from runtime.client.buffer import AudioBuffer
from runtime.sources.audio import AudioFormat

AUDIO = AudioFormat(8000, "pcm_mulaw")  # 8 bytes a millisecond
GO_ON = threading.Event()


def chunk(number: int, milliseconds: int = 50) -> bytes:
    return bytes([number]) * AUDIO.size(milliseconds)


def drain(buffer: AudioBuffer) -> bytes:
    taken = b""
    while (got := buffer.take(0)) is not None:
        assert 50 <= AUDIO.duration(len(got)) <= 1000
        taken += got
    return taken


def test_a_full_buffer_of_a_live_source_drops_its_oldest_audio_and_counts_it() -> None:
    buffer = AudioBuffer(AUDIO, capacity_ms=150, keep_sent=False, live=True)
    for number in range(5):
        buffer.put(chunk(number), GO_ON)
    assert buffer.dropped_ms == 100
    assert drain(buffer) == chunk(2) + chunk(3) + chunk(4)


def test_what_was_sent_already_gives_way_first() -> None:
    buffer = AudioBuffer(AUDIO, capacity_ms=150, keep_sent=True, live=True)
    for number in range(2):
        buffer.put(chunk(number), GO_ON)
        buffer.take(0)
    for number in range(2, 5):
        buffer.put(chunk(number), GO_ON)
    assert buffer.dropped_ms == 0
    assert drain(buffer) == chunk(2) + chunk(3) + chunk(4)


def test_a_source_that_can_wait_waits_for_room() -> None:
    buffer = AudioBuffer(AUDIO, capacity_ms=100, keep_sent=False, live=False)
    stop = threading.Event()

    def fill() -> None:
        for number in range(20):
            buffer.put(chunk(number), stop)
        buffer.end()

    thread = threading.Thread(target=fill)
    thread.start()
    taken = b""
    while not buffer.finished:
        taken += buffer.take(1) or b""
    thread.join()
    assert taken == b"".join(chunk(number) for number in range(20))
    assert buffer.dropped_ms == 0


def test_a_source_that_waits_is_let_go_by_stop() -> None:
    buffer = AudioBuffer(AUDIO, capacity_ms=50, keep_sent=False, live=False)
    stop = threading.Event()
    buffer.put(chunk(0), stop)
    thread = threading.Thread(target=buffer.put, args=(chunk(1), stop))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert drain(buffer) == chunk(0) + chunk(1)


def test_discard_counts_what_it_gives_up_and_takes_no_more() -> None:
    buffer = AudioBuffer(AUDIO, capacity_ms=1000, keep_sent=True, live=False)
    buffer.put(chunk(0), GO_ON)
    buffer.put(chunk(1), GO_ON)
    buffer.take(0)
    buffer.discard()
    buffer.put(chunk(2), GO_ON)
    assert buffer.take(0) is None
    assert buffer.finished
    assert buffer.dropped_ms == 100


@given(
    st.lists(st.integers(50, 1000), min_size=1, max_size=12),
    st.integers(0, 12),
    st.integers(0, 12_000),
    st.booleans(),
)
def test_rewinding_sends_again_exactly_what_no_final_covers(
    lengths: list[int], sent: int, acknowledged: int, ended: bool
) -> None:
    buffer = AudioBuffer(AUDIO, capacity_ms=60_000, keep_sent=True, live=False)
    data = b"".join(chunk(number, length) for number, length in enumerate(lengths, 1))
    for number, length in enumerate(lengths, 1):
        buffer.put(chunk(number, length), GO_ON)
    taken = b"".join(filter(None, (buffer.take(0) for _ in range(sent))))
    buffer.acknowledge(acknowledged)
    buffer.rewind()
    start = min(acknowledged * 8, len(taken))
    again = drain(buffer)
    assert again[: len(data) - start] == data[start:]
    assert len(again) - (len(data) - start) < AUDIO.size(50)
    assert buffer.origin_ms == start / 8
    buffer.rewind()
    assert drain(buffer) == again


def test_positions_count_on_over_several_sessions() -> None:
    buffer = AudioBuffer(AUDIO, capacity_ms=60_000, keep_sent=True, live=False)
    buffer.put(chunk(1, 500), GO_ON)
    buffer.take(0)
    buffer.acknowledge(100)
    buffer.rewind()
    drain(buffer)
    buffer.acknowledge(150)
    buffer.rewind()
    assert buffer.origin_ms == 250
    assert drain(buffer) == chunk(1, 250)

"""A network on which nobody answers: the client gives up in bounded time, and at once when it is told to."""

from __future__ import annotations

import math
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from websockets.utils import accept_key

from runtime.client.client import StreamingClient
from runtime.client.errors import ConnectError, ConnectionLostError
from runtime.sources import Silence
from runtime.sources.audio import AudioFormat
from tests.runtime.speech import client_threads, sockets_to
from tests.runtime.test_client_faults import OPTIONS, Finals, Recording, run

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def deaf() -> Iterator[socket.socket]:
    """A port that accepts TCP and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_a_handshake_that_is_never_answered(deaf: socket.socket) -> None:
    with pytest.raises(ConnectError, match="no answer within"):
        run(f"ws://127.0.0.1:{deaf.getsockname()[1]}", Finals(), replace(OPTIONS, connect_timeout=0.2))


@pytest.fixture
def unreachable() -> Iterator[int]:
    """A port on which not even TCP is answered: the queue of connections nobody accepts is full."""
    with socket.socket() as listening, ExitStack() as queue:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def test_a_host_that_cannot_be_reached(unreachable: int) -> None:
    url = f"ws://127.0.0.1:{unreachable}"
    client = StreamingClient(Recording(), Finals(), replace(OPTIONS, url=url, connect_timeout=0.3))
    with pytest.raises(ConnectError, match="no answer within"):
        client.run()
    assert client_threads() == []


def test_closing_while_a_host_cannot_be_reached(unreachable: int) -> None:
    url = f"ws://127.0.0.1:{unreachable}"
    with StreamingClient(Recording(), Finals(), replace(OPTIONS, url=url, connect_timeout=0.5)) as client:
        client.close()
        assert client_threads() == []


def test_abort_ends_a_handshake_that_is_never_answered(deaf: socket.socket) -> None:
    url = f"ws://127.0.0.1:{deaf.getsockname()[1]}"
    client = StreamingClient(Recording(), Finals(), replace(OPTIONS, url=url, connect_timeout=3600))
    client.start()
    accepted, _ = deaf.accept()
    accepted.recv(1)  # the handshake is under way
    client.close()
    accepted.close()
    assert client_threads() == []


def test_a_peer_that_takes_nothing_any_more_does_not_hold_up_the_end(deaf: socket.socket) -> None:
    """The buffers of both sockets fill up and sending blocks, so not even `Terminate` can be sent."""

    def shake_hands() -> None:
        peer, _ = deaf.accept()
        request = b""
        while b"\r\n\r\n" not in request:
            request += peer.recv(4096)
        [key] = re.findall(rb"Sec-WebSocket-Key: (\S+)", request)
        accept = accept_key(key.decode())
        peer.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n"
        )
        over.wait()
        peer.close()

    over = threading.Event()
    peer = threading.Thread(target=shake_hands)
    peer.start()
    port = deaf.getsockname()[1]
    source = Silence(AudioFormat(96_000), speed=math.inf)
    options = replace(OPTIONS, url=f"ws://127.0.0.1:{port}", speed=math.inf, io_timeout=0.3, silence_timeout=3600)
    try:
        with pytest.raises(ConnectionLostError, match="not taken"):
            StreamingClient(source, Finals(), options).run()
        assert client_threads() == []
        assert sockets_to(port) == 0
    finally:
        over.set()
        peer.join()

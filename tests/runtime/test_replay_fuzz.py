"""Whatever a client sends, the server refuses it or plays on; nothing gets through to asyncio's error handler."""

from __future__ import annotations

import random
import socket
import struct
from urllib.parse import quote, urlencode

import pytest

from runtime.replay import ReplayServer
from tests.runtime.sessions import V2, V3, recording
from tests.runtime.test_conformance import frame

TARGETS = [
    "/v3/ws?" + urlencode(V3),
    "/v3/ws?" + urlencode(V3 | {"keyterms_prompt": "[1]", "max_turn_silence": "soon"}),
    "/v2/realtime/ws?" + urlencode(V2),
    "/v2/realtime/ws?sample_rate=16000&word_boost=" + quote("[[" * 3000),
    "/v3/token?expires_in_seconds=60",
    "/v2/realtime/token",
]
TEXTS = [
    '{"type":"Terminate"}',
    '{"type":"ForceEndpoint"}',
    '{"type":"UpdateConfiguration","max_turn_silence":500,"vad_threshold":NaN}',
    '{"type":"UpdateConfiguration","min_turn_silence":1e999}',
    '{"type":["Terminate"]}',
    '{"terminate_session":true}',
    '{"force_end_utterance":true}',
    '{"end_utterance_silence_threshold":true}',
    '{"audio_data":"AAAA"}',
    '{"audio_data":5}',
    "[" * 5000,
    "1" * 5000,
    '"',
]
FAULTS = [(), ("duplicate_turns", "slicer"), ("reorder_turns", "close@begin"), ("garbage@0",), ("limit_data:bytes=99",)]


def request(chance: random.Random) -> bytes:
    head = f"GET {chance.choice(TARGETS)} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    head += "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nAuthorization: k\r\n"
    if chance.random() < 0.1:
        head = head.replace("GET", "POST", 1) + 'Content-Length: 18\r\n\r\n{"expires_in": 60}'
    return damaged(f"{head}\r\n".encode(), chance, 0.3)


def message(chance: random.Random) -> bytes:
    data = chance.choice([chance.choice(TEXTS).encode(), bytes(chance.choice([1, 3200])), struct.pack(">H", 1000)])
    return damaged(frame(chance.choice([0, 1, 1, 1, 2, 2, 8, 9]), data, fin=chance.random() < 0.9), chance, 0.2)


def damaged(data: bytes, chance: random.Random, share: float) -> bytes:
    """Return the data, and in a share of all cases with a piece missing, replaced or doubled."""
    if chance.random() > share:
        return data
    start = chance.randrange(len(data))
    end = start + chance.randrange(8)
    return data[:start] + chance.choice([b"", chance.randbytes(4), data[start:end] * 2]) + data[end:]


@pytest.mark.parametrize("faults", FAULTS)
def test_nothing_a_client_sends_breaks_the_server(faults: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(repr(faults))
    with ReplayServer(recording(), speed=1000, faults=faults) as server:
        for _ in range(60):
            with socket.create_connection((server.host, server.port), timeout=20) as client:
                try:
                    client.sendall(request(chance) + b"".join(message(chance) for _ in range(chance.randrange(12))))
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65536):
                        pass
                except ConnectionError:
                    pass  # the server had enough
        assert caplog.records == []

"""Named cases of RFC 6455 against the server's connection, spoken byte by byte over a raw socket.

The names follow the groups of the Autobahn suite, which needs Python 2.7 (`benchmarks/autobahn.py` runs it).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from tests.runtime.echo import serve_echo

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of an echo server on a thread of its own."""
    loop = asyncio.new_event_loop()
    server, _ = loop.run_until_complete(serve_echo())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    server.close()
    loop.close()


class Peer:
    """A client that says exactly the bytes it is told to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def handshake(self, **changed: str | None) -> bytes:
        """Ask for the upgrade and return the head of the answer."""
        key = base64.b64encode(os.urandom(16)).decode()
        headers: dict[str, str | None] = {
            "Host": "127.0.0.1",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
        }
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
        self.socket.sendall("\r\n".join(["GET / HTTP/1.1", *lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.received:
            self._more()
        head, _, self.received = self.received.partition(b"\r\n\r\n")
        if b" 101 " in head:
            accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
            assert accept in head
        return head

    def send(self, opcode: int, data: bytes = b"", *, fin: bool = True, reserved: int = 0, mask: bool = True) -> None:
        self.socket.sendall(frame(opcode, data, fin=fin, reserved=reserved, mask=mask))

    def receive(self) -> tuple[int, bytes]:
        """Return opcode and data of the next frame; servers must not mask, and this one does not fragment."""
        first, second = self._take(2)
        assert first & 0x80 and not second & 0x80
        length = second
        if length == 126:
            (length,) = struct.unpack(">H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._take(8))
        return first & 0x7F, self._take(length)

    def close_code(self) -> int | None:
        """Return the code of the next frame, which must be a close; None if it has none."""
        opcode, data = self.receive()
        assert opcode == CLOSE
        return struct.unpack(">H", data[:2])[0] if data else None

    def is_ended(self) -> bool:
        """Whether the server has closed its side."""
        self.received = b""
        return self.socket.recv(1) == b""

    def _take(self, count: int) -> bytes:
        while len(self.received) < count:
            self._more()
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def _more(self) -> None:
        data = self.socket.recv(65536)
        assert data, "the server closed the connection"
        self.received += data


def frame(opcode: int, data: bytes = b"", *, fin: bool = True, reserved: int = 0, mask: bool = True) -> bytes:
    """Return a frame as it goes over the wire."""
    length = len(data)
    extended = b"" if length < 126 else struct.pack(">H", length) if length < 65536 else struct.pack(">Q", length)
    short = length if length < 126 else 126 if length < 65536 else 127
    head = bytes([fin << 7 | reserved << 4 | opcode, mask << 7 | short]) + extended
    if not mask:
        return head + data
    key = b"\x11\x22\x33\x44"
    whole = key * (length // 4 + 1)
    masked = (int.from_bytes(data, "big") ^ int.from_bytes(whole[:length], "big")).to_bytes(length, "big")
    return head + key + masked


@pytest.fixture
def peer(port: int) -> Iterator[Peer]:
    """A client after the handshake."""
    peer = Peer(port)
    assert b" 101 " in peer.handshake()
    with peer.socket:
        yield peer


# 1: framing


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 128, 65535, 65536, 1_000_000])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_message_of_any_length_comes_back(peer: Peer, opcode: int, length: int) -> None:
    peer.send(opcode, b"*" * length)
    assert peer.receive() == (opcode, b"*" * length)


def test_a_message_in_single_bytes_comes_back(peer: Peer) -> None:
    for byte in frame(TEXT, b"piece by piece"):
        peer.socket.sendall(bytes([byte]))
    assert peer.receive() == (TEXT, b"piece by piece")


def test_two_messages_in_one_write_come_back(peer: Peer) -> None:
    peer.socket.sendall(frame(TEXT, b"one") + frame(BINARY, b"two"))
    assert [peer.receive(), peer.receive()] == [(TEXT, b"one"), (BINARY, b"two")]


def test_a_frame_that_is_not_masked_is_a_protocol_error(peer: Peer) -> None:
    peer.send(TEXT, b"naked", mask=False)
    assert peer.close_code() == 1002


def test_a_message_over_the_limit_is_refused(peer: Peer) -> None:
    peer.socket.sendall(bytes([0x82, 0xFF]) + struct.pack(">Q", 1 << 30) + b"\x00" * 4)
    assert peer.close_code() == 1009


# 2: pings and pongs


@pytest.mark.parametrize("data", [b"", b"hello", b"\x00\xff\xfe", b"*" * 125])
def test_a_ping_is_answered_with_its_data(peer: Peer, data: bytes) -> None:
    peer.send(PING, data)
    assert peer.receive() == (PONG, data)


def test_pings_are_answered_in_order(peer: Peer) -> None:
    for number in range(10):
        peer.send(PING, bytes([number]))
    assert [peer.receive() for _ in range(10)] == [(PONG, bytes([number])) for number in range(10)]


def test_a_pong_nobody_asked_for_is_ignored(peer: Peer) -> None:
    peer.send(PONG, b"unasked")
    peer.send(PING, b"asked")
    assert peer.receive() == (PONG, b"asked")


def test_a_control_frame_over_125_bytes_is_a_protocol_error(peer: Peer) -> None:
    peer.send(PING, b"*" * 126)
    assert peer.close_code() == 1002


def test_a_fragmented_control_frame_is_a_protocol_error(peer: Peer) -> None:
    peer.send(PING, b"half", fin=False)
    assert peer.close_code() == 1002


# 3 and 4: reserved bits and opcodes


@pytest.mark.parametrize("reserved", range(1, 8))
def test_reserved_bits_are_a_protocol_error(peer: Peer, reserved: int) -> None:
    peer.send(TEXT, b"hello", reserved=reserved)
    assert peer.close_code() == 1002


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_reserved_opcodes_are_a_protocol_error(peer: Peer, opcode: int) -> None:
    peer.send(opcode)
    assert peer.close_code() == 1002


# 5: fragmentation


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_message_in_fragments_comes_back_whole(peer: Peer, opcode: int) -> None:
    peer.send(opcode, b"one ", fin=False)
    peer.send(CONTINUATION, b"two ", fin=False)
    peer.send(CONTINUATION, b"", fin=False)
    peer.send(CONTINUATION, b"three")
    assert peer.receive() == (opcode, b"one two three")


def test_a_ping_between_fragments_is_answered_first(peer: Peer) -> None:
    peer.send(TEXT, b"one ", fin=False)
    peer.send(PING, b"between")
    peer.send(CONTINUATION, b"two")
    assert [peer.receive(), peer.receive()] == [(PONG, b"between"), (TEXT, b"one two")]


def test_a_continuation_of_nothing_is_a_protocol_error(peer: Peer) -> None:
    peer.send(CONTINUATION, b"of what")
    assert peer.close_code() == 1002


def test_a_new_message_between_fragments_is_a_protocol_error(peer: Peer) -> None:
    peer.send(TEXT, b"one", fin=False)
    peer.send(TEXT, b"two")
    assert peer.close_code() == 1002


# 6: UTF-8


@pytest.mark.parametrize("text", ["κόσμε", "\U0001f600", "\ufffe", "\x00", "\U0010ffff"])
def test_text_in_any_script_comes_back(peer: Peer, text: str) -> None:
    peer.send(TEXT, text.encode())
    assert peer.receive() == (TEXT, text.encode())


def test_a_character_may_be_split_over_fragments(peer: Peer) -> None:
    for index, byte in enumerate("κ€😀".encode()):
        peer.send(TEXT if index == 0 else CONTINUATION, bytes([byte]), fin=False)
    peer.send(CONTINUATION)
    assert peer.receive() == (TEXT, "κ€😀".encode())


@pytest.mark.parametrize(
    "data",
    [b"\xc3\x28", b"\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xce\xba\xe1", b"\xff"],
    ids=["bad continuation", "lone continuation", "overlong", "surrogate", "too large", "cut short", "never a byte"],
)
def test_text_that_is_not_utf8_is_refused(peer: Peer, data: bytes) -> None:
    peer.send(TEXT, data)
    assert peer.close_code() == 1007


def test_text_that_can_never_become_utf8_is_refused_before_it_ends(peer: Peer) -> None:
    peer.send(TEXT, b"fine so far \xff", fin=False)
    assert peer.close_code() == 1007


def test_binary_data_need_not_be_utf8(peer: Peer) -> None:
    peer.send(BINARY, b"\xff\xfe\x80")
    assert peer.receive() == (BINARY, b"\xff\xfe\x80")


# 7: closing


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
def test_a_close_is_answered_with_its_code_and_ends_the_connection(peer: Peer, code: int) -> None:
    peer.send(CLOSE, struct.pack(">H", code) + b"reason")
    assert peer.close_code() == code
    assert peer.is_ended()


def test_a_close_without_code_is_answered_without(peer: Peer) -> None:
    peer.send(CLOSE)
    assert peer.close_code() is None
    assert peer.is_ended()


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
def test_a_close_code_nobody_may_send_is_a_protocol_error(peer: Peer, code: int) -> None:
    peer.send(CLOSE, struct.pack(">H", code))
    assert peer.close_code() == 1002


def test_a_close_of_one_byte_is_a_protocol_error(peer: Peer) -> None:
    peer.send(CLOSE, b"\x03")
    assert peer.close_code() == 1002


def test_a_close_reason_that_is_not_utf8_is_refused(peer: Peer) -> None:
    peer.send(CLOSE, struct.pack(">H", 1000) + b"\xce\xba\xff")
    assert peer.close_code() == 1007


def test_a_close_may_come_in_the_middle_of_a_message(peer: Peer) -> None:
    peer.send(TEXT, b"one ", fin=False)
    peer.socket.sendall(frame(CLOSE, struct.pack(">H", 1000)) + frame(CONTINUATION, b"two"))
    assert peer.close_code() == 1000
    assert peer.is_ended()


def test_nothing_is_answered_after_a_close(peer: Peer) -> None:
    peer.socket.sendall(frame(CLOSE, struct.pack(">H", 1000)) + frame(TEXT, b"too late") + frame(PING))
    assert peer.close_code() == 1000
    assert peer.is_ended()


# The handshake


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Upgrade", None, b"426"),
        ("Connection", "keep-alive", b"426"),
        ("Sec_WebSocket_Key", None, b"400"),
        ("Sec_WebSocket_Key", "c2hvcnQ=", b"400"),
        ("Sec_WebSocket_Version", "8", b"400"),
    ],
)
def test_a_handshake_that_is_not_one_is_refused(port: int, header: str, value: str | None, status: bytes) -> None:
    peer = Peer(port)
    with peer.socket:
        assert b" " + status + b" " in peer.handshake(**{header: value})


def test_compression_is_not_agreed_to(port: int) -> None:
    peer = Peer(port)
    with peer.socket:
        head = peer.handshake(Sec_WebSocket_Extensions="permessage-deflate")
        assert b" 101 " in head
        assert b"Extensions" not in head


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/2\r\n\r\n", b"\r\n\r\n", b"\x00" * 70_000])
def test_what_is_no_http_is_refused_at_once(port: int, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(4096):
            answer += part
        assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 505 "))

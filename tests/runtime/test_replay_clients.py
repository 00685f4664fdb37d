"""The libraries that users' programs run on, each in its own environment: a token, then a whole session over TLS."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.replay import ReplayServer
from runtime.tls import throwaway
from scripts.matrix import interpreter
from tests.runtime.sessions import FINALS, FOLDER, recording

CLIENTS = Path(__file__).parent / "clients"

#: Slow enough for the vendor's SDK, whose threads look at their queues in a rhythm of their own.
SPEED = 20.0

V3 = [
    ("sdk-newest", "sdk_v3.py"),
    ("sdk-newest", "sdk_v3_async.py"),
    ("websocket-client-newest", "websocket_client.py"),
    ("websocket-client-1.8.0", "websocket_client.py"),
    ("websockets-newest", "websockets_client.py"),
    ("websockets-10.4", "websockets_client.py"),
    ("aiohttp-newest", "aiohttp_client.py"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReplayServer, Path]]:
    """A server with TLS, and the certificate of its authority."""
    made = throwaway(["localhost"])
    file = tmp_path_factory.mktemp("tls") / "ca.pem"
    made.write(file)
    with ReplayServer(recording(), tls=made.context, speed=SPEED) as running:
        yield running, file


def run(environment: str, client: str, server: tuple[ReplayServer, Path]) -> list[str]:
    """Run a client against the server and return the lines it printed."""
    running, authority = server
    variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    process = subprocess.run(
        [interpreter(environment), CLIENTS / client, str(running.port), FOLDER / "dictation.wav", str(SPEED)],
        env=variables | {"SSL_CERT_FILE": str(authority), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    return process.stdout.splitlines()


@pytest.mark.parametrize(("environment", "client"), V3)
def test_a_client_of_v3_completes_a_session(server: tuple[ReplayServer, Path], environment: str, client: str) -> None:
    before = server[0].served
    assert run(environment, client, server) == FINALS
    record = server[0].wait_for_sessions(before + 1)[-1]
    assert record.api == "v3"
    assert record.violations == []
    assert (record.authorized_by, record.terminated, record.close_code) == ("token", True, 1000)


def test_the_last_sdk_with_the_legacy_class_completes_a_session_of_v2(server: tuple[ReplayServer, Path]) -> None:
    before = server[0].served
    assert run("sdk-0.64.2", "sdk_v2.py", server) == FINALS
    record = server[0].wait_for_sessions(before + 1)[-1]
    assert record.api == "v2"
    assert record.violations == []
    assert (record.authorized_by, record.terminated, record.close_code) == ("token", True, 1000)
    controls = [frame.control for frame in record.frames if frame.control]
    assert controls == [{"end_utterance_silence_threshold": 500}, {"terminate_session": True}]

"""The sandbox sends every client to the local server, whatever it resolves names and trusts certificates with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrator.smoke.checks.judge import judge
from migrator.smoke.observation import Observation
from migrator.smoke.sandbox import Conditions, Program, run
from runtime.recording import read
from scripts import matrix

ROOT = Path(__file__).resolve().parents[2]
REACH = Path(__file__).parent / "programs" / "reach.py"

SESSIONS = [
    ("websockets-10.4", "websockets"),
    ("websockets-13.1", "websockets"),
    ("websockets-13.1", "websockets_threads"),
    ("websockets-newest", "websockets"),
    ("websockets-newest", "websockets_threads"),
    ("websocket-client-1.8.0", "websocket_client"),
    ("websocket-client-1.8.0", "websocket_app"),
    ("websocket-client-newest", "websocket_client"),
    ("websocket-client-newest", "websocket_client_certifi"),
    ("websocket-client-newest", "websocket_app"),
    ("aiohttp-newest", "aiohttp"),
    ("aiohttp-aiodns", "aiohttp"),
    ("sdk-0.64.16", "sdk"),
    ("sdk-newest", "sdk"),
    ("uvloop", "uvloop"),
]
UVLOOP = "uvloop resolves names past the sandbox: asyncio's own loop ran in its place"
TOKENS = [("http-clients", "requests"), ("http-clients", "httpx"), ("http-clients", "urllib")]


def reach(tmp_path: Path, environment: str, client: str, api: str = "v3") -> Observation:
    """Run the program `reach.py` with one client."""
    shutil.copy(REACH, tmp_path)
    program = Program(tmp_path, ("reach.py", client), matrix.interpreter(environment))
    return run(program, Conditions(read(ROOT / "fixtures" / "sessions" / "dictation-f1.jsonl"), api))


def output(seen: Observation) -> str:
    return "".join(seen.channels.values())


@pytest.mark.parametrize(("environment", "client"), SESSIONS)
def test_sessions(tmp_path: Path, environment: str, client: str) -> None:
    seen = reach(tmp_path, environment, client)
    assert "service: type id expires_at" in output(seen), output(seen)
    (session,) = seen.sessions
    assert (session.host, session.path, session.authorized_by) == ("streaming.assemblyai.com", "/v3/ws", "key")
    assert session.terminated
    assert seen.exit_code == 0
    assert [asked.status for asked in seen.token_requests] == ([200] if client in ("aiohttp", "sdk") else [])
    (network,) = (check.evidence for check in judge(seen).checks if check.name == "network")
    assert network == (UVLOOP if client == "uvloop" else "no other host was tried")


def test_the_last_sdk_of_v2(tmp_path: Path) -> None:
    seen = reach(tmp_path, "sdk-0.64.2", "legacy_sdk", api="v2")
    assert "service: message_type session_id expires_at" in output(seen), output(seen)
    (session,) = seen.sessions
    assert (session.host, session.path, session.authorized_by) == ("api.assemblyai.com", "/v2/realtime/ws", "key")
    assert session.terminated


@pytest.mark.parametrize(("environment", "client"), TOKENS)
def test_tokens(tmp_path: Path, environment: str, client: str) -> None:
    seen = reach(tmp_path, environment, client)
    assert "service: token" in output(seen), output(seen)
    (asked,) = seen.token_requests
    assert (asked.host, asked.path, asked.authorized) == ("streaming.assemblyai.com", "/v3/token", True)

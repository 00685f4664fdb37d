"""Callers of web applications: routes found in the source, telephone messages, and applications that are called."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path

import pytest

from migrator.smoke.checks.judge import could_not_run, judge
from migrator.smoke.sandbox import Conditions, Program, run
from migrator.smoke.telephone.call import Call, mulaw
from migrator.smoke.telephone.caller import check_target
from migrator.smoke.telephone.routes import routes
from runtime.sources.audio import PCM_MULAW, AudioFormat
from scripts import matrix
from tests.end_to_end.apps import LEGACY, SPEED, dictation

APP = """
from flask import Flask
from flask_sock import Sock
from fastapi import FastAPI

flask, api = Flask(__name__), FastAPI()
sock = Sock(flask)

@flask.route("/health")
def health(): return "ok"

@flask.route("/voice", methods=["POST"])
def voice(): return '<Response><Connect><Stream url="wss://here/media"/></Connect></Response>'

@flask.post("/calls/<number>")
def of(number): return "<Stream"

@sock.route("/media")
def media(ws): ...

@api.api_route("/incoming", methods=["GET", "POST"])
async def incoming(): return VoiceResponse()

@api.websocket("/ws")
async def ws(socket): ...
"""


def test_routes_are_found_in_the_source(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "broken.py").write_text("def (:\n")
    found = routes(tmp_path)
    assert [(route.kind, route.path) for route in found] == [
        ("call", "/voice"), ("call", "/incoming"), ("audio", "/media"), ("audio", "/ws"),
    ]  # fmt: skip


@pytest.mark.parametrize("target", ["phone", "http://example.com:80/", "https://127.0.0.1:1/", "http://127.0.0.1/", ""])
def test_targets_elsewhere_are_refused(target: str) -> None:
    with pytest.raises(ValueError, match="twilio, or a URL such as"):
        check_target(target)


def test_mulaw_is_g711() -> None:
    # Sign, exponent and mantissa of the standard's table; every second sample of 16 kHz.
    samples = [0, 1, -1, 100, -100, 1000, -1000, 32767, -32768]
    pcm = b"".join(sample.to_bytes(2, "little", signed=True) * 2 for sample in samples)
    assert mulaw(pcm, 16000).hex(" ") == "ff ff 7f f2 72 ce 4e 80 00"
    loud, quiet = mulaw(pcm[-4:], 16000), mulaw(pcm[:4], 16000)
    audio = AudioFormat(8000, PCM_MULAW)
    assert audio.peak(loud) > 0.97
    assert audio.peak(quiet) == 0


def test_messages_of_a_call() -> None:
    call = Call()
    messages = [
        *map(json.loads, call.opening()),
        *map(json.loads, call.media(b"\x00" * 200, 0.02)),
        json.loads(call.end()),
    ]
    assert [message["event"] for message in messages] == ["connected", "start", "media", "media", "media", "stop"]
    assert [message.get("sequenceNumber") for message in messages] == [None, "1", "2", "3", "4", "5"]
    media = [message["media"] for message in messages if message["event"] == "media"]
    assert [part["timestamp"] for part in media] == ["0", "20", "40"]
    audio = b"".join(base64.b64decode(part["payload"]) for part in media)
    assert audio == b"\x00" * 200 + b"\xff" * 280
    (start,) = (message["start"] for message in messages if message["event"] == "start")
    assert start["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    assert start["callSid"] == call.number == messages[-1]["stop"]["callSid"]


def drive(folder: Path, target: str) -> str | None:
    """Call the relay of the fixtures; PORT in `target` is the one it gets. Return why it could not be called, if so."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    program = Program(folder, ("relay.py",), matrix.interpreter("fastapi"))
    seen = run(
        program, Conditions(dictation(), speed=SPEED, environment={"PORT": port}, drive=target.replace("PORT", port))
    )
    reason = could_not_run(seen)
    if reason is None:
        assert judge(seen).failed == []
        assert all(session.query["encoding"] == "pcm_mulaw" for session in seen.sessions)
    return reason


@pytest.mark.parametrize("target", ["http://127.0.0.1:PORT/incoming", "ws://127.0.0.1:PORT/calls"])
def test_urls_are_called(target: str) -> None:
    assert drive(LEGACY / "phone_relay" / "v3", target) is None


def test_a_call_that_is_not_taken_is_said(tmp_path: Path) -> None:
    source = (LEGACY / "phone_relay" / "v3" / "relay.py").read_text()
    (tmp_path / "relay.py").write_text(source.replace("@app.websocket", "@app.get").replace("<Start><Stream", "<Dial"))
    assert drive(tmp_path, "twilio") == "no route that takes a call or a WebSocket was found in its source: --drive URL"
    assert "403" in str(drive(tmp_path, "ws://127.0.0.1:PORT/calls"))

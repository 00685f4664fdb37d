"""`v3-migrate doctor`: addresses in texts, and one short session with a server that is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.commands.doctor import answer
from runtime.hosts import V2_HOSTS, V3_HOSTS
from runtime.replay import ReplayServer
from tests.runtime.sessions import recording

RUN = "import argparse, sys\nfrom runtime.commands import doctor\np = argparse.ArgumentParser()\n" + (
    "doctor.configure(p)\nsys.exit(doctor.run(p.parse_args()))"
)


def doctor(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=environment, stdin=subprocess.DEVNULL, check=False
    )


@pytest.mark.parametrize("host", V2_HOSTS)
def test_v2_is_said_to_be_gone(host: str) -> None:
    assert answer(f"wss://{host}/v2/realtime/ws?sample_rate=16000") == (
        ["v2, switched off: the handshake is answered with HTTP 410"],
        False,
    )
    assert answer(f"https://{host}/v2/realtime/token")[1] is False


@pytest.mark.parametrize("host", V3_HOSTS)
def test_v3_is_judged_by_its_query(host: str) -> None:
    good = f"wss://{host}/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"
    lines, useful = answer(good)
    assert (len(lines), useful) == (1, True)
    (_, passed_over), _ = answer(f"{good}&word_boost=[]")
    assert passed_over == "word_boost is not a parameter of v3; the service ignores it"
    (_, refused), _ = answer(f"{good}&max_speakers=11")
    assert refused.startswith("refused, close code 3006: Invalid parameter: max_speakers must be between 1 and 10")


@pytest.mark.parametrize("url", ["wss://api.assemblyai.com/v3/ws", "wss://streaming.ap.assemblyai.com/v3/ws"])
def test_v3_at_a_wrong_host_is_said(url: str) -> None:
    (line,), useful = answer(url)
    assert line.startswith("v3 is not at ")
    assert not useful


def test_what_is_not_of_the_streaming_service_is_no_fault() -> None:
    assert answer("https://api.assemblyai.com/v2/transcript") == (["not of the streaming service"], True)


def test_a_folder_is_looked_through(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(
        'RATE = 16000\nURL = f"wss://api.assemblyai.com/v2/realtime/ws?sample_rate={RATE}"\n'
    )
    (tmp_path / "web.js").write_text("new WebSocket(`wss://streaming.assemblyai.com/v3/ws?sample_rate=${rate}`)\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "old.py").write_text("# wss://api.assemblyai.com/v2/realtime/ws\n")
    result = doctor(str(tmp_path))
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        f"{tmp_path / 'bot.py'}:2: wss://api.assemblyai.com/v2/realtime/ws",
        "    v2, switched off: the handshake is answered with HTTP 410",
        f"{tmp_path / 'web.js'}:1: wss://streaming.assemblyai.com/v3/ws",
        "    v3, in the nearest region",
    ]


def test_nothing_is_asked_without_being_told_to(tmp_path: Path) -> None:
    """A key in the environment is no permission."""
    (tmp_path / "empty.py").write_text("")
    with ReplayServer(recording()) as server:
        assert doctor(str(tmp_path), "--url", server.url, ASSEMBLYAI_API_KEY="k").returncode == 0
        result = doctor("--live", "--url", server.url, ASSEMBLYAI_API_KEY="k")
        assert result.returncode == 2
        assert "needs a key" in result.stderr
        assert server.sessions == []
    assert doctor().returncode == 2
    assert doctor(str(tmp_path / "nothing")).returncode == 2


@pytest.mark.parametrize(
    ("options", "model", "variant"),
    [
        ((), "universal-3-6-pro", "F3"),
        (("--speech-model", "universal-streaming-english"), "universal-streaming-english", "F1"),
        (("--speech-model", "universal-streaming-english", "--no-format"), "universal-streaming-english", "F1'"),
    ],
)
def test_a_session_settles_model_and_variant(options: tuple[str, ...], model: str, variant: str) -> None:
    with ReplayServer(recording(), keys=["own"]) as server:
        result = doctor("--live", "--key-env", "OWN_KEY", "--url", server.url, *options, OWN_KEY="own")
        (record,) = server.wait_for_sessions()
    assert result.returncode == 0, result.stderr
    assert record.terminated
    assert 2000 <= record.audio_milliseconds <= 3000
    lines = result.stdout.splitlines()
    assert f"the model is {model}" in lines
    assert any(line.startswith(f"turns are reported as {variant} ") for line in lines)
    assert lines[-1] == f"ends of turn without a word: {'none' if variant == 'F3' else 'raw'}"
    assert "own" not in result.stdout


def test_a_session_that_fails_is_told() -> None:
    with ReplayServer(recording(), keys=["other"]) as server:
        result = doctor("--live", "--key-env", "OWN_KEY", "--url", server.url, OWN_KEY="own")
    assert result.returncode == 1
    assert "AuthenticationError" in result.stdout

"""Secrets are found by their names, by their forms, and by what they were elsewhere."""

from __future__ import annotations

import base64
import json
import tracemalloc
import wave
from pathlib import Path

import pytest

from runtime.recording import JsonObject, read
from runtime.recording.redaction import Redactor
from runtime.recording.session_writer import Tape

# Every secret is made up here, piece by piece, so that none is in the repository.
KEY = "ab" * 16
SAID = "x9Q" * 5  # of no form that could be recognised

SECRETS: dict[str, JsonObject] = {
    "a number under a secret's name": {"token": 1234567890123},
    "a list under a secret's name": {"Authorization": [f"Bearer {SAID}"]},
    "an object under a secret's name": {"credentials": {"user": SAID}},
    "a name in camel case": {"authToken": SAID},
    "a name in two words": {"X-Api-Key": SAID},
    "a private key": {"private_key": SAID},
    "an access key": {"aws_access_key": SAID},
    "a password": {"passwd": SAID},
    "a signature": {"sig": SAID},
    "a cookie": {"Set-Cookie": SAID},
    "a header of a webhook": {"webhook_auth_header_value": SAID},
    "a key of the vendor": {"text": f"it is {KEY}."},
    "a key in upper case": {"text": KEY.upper()},
    "a web token": {"text": "eyJ" + "a1B" * 6 + "." + "c2D" * 6 + "." + "e3F" * 6},
    "a bearer in a text": {"text": f"sent Bearer {SAID}"},
    "a key of another service": {"text": "sk-" + "a1" * 12},
    "a token of a code host": {"text": "ghp_" + "a1B" * 12},
    "a key of a cloud": {"text": "AKIA" + "A1" * 8},
    "a private key in a text": {"text": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"},
    "a password in a URL": {"webhook_url": f"https://me:{SAID}@example.com/hook"},
    "a parameter of a URL": {"webhook_url": f"https://example.com/hook?a=1&api_key={SAID}"},
    "JSON inside a text": {"llm_gateway": json.dumps({"model": "m", "apiKey": SAID})},
    "a long text nobody would say": {"text": "aB1" * 14},
}
KEPT: dict[str, JsonObject] = {
    "words": {
        "transcript": "The token is a secret, said the bearer.",
        "words": [{"text": "key", "end": 1}],
    },
    "the id of a session": {"id": "5d1c2d9e-6f0a-4c1b-9d57-3f6f6a1e0c11"},
    "numbers": {"max_tokens": 5, "expires_at": 1795977586, "audio_duration_seconds": 8},
    "no value": {"token": None},
    "a long word": {"transcript": "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk"},
    "a URL": {"webhook_url": "https://example.com/hook?session=12&language=en"},
    "terms": {"keyterms_prompt": ["API key", "password-manager", "basic pre-recorded"]},
}


def values(value: object) -> list[str]:
    """Return every text and number in a message."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in values(item)]
    if isinstance(value, list):
        return [text for item in value for text in values(item)]
    return [str(value)]


@pytest.mark.parametrize("message", SECRETS.values(), ids=SECRETS)
def test_a_secret_of_each_kind_is_taken_out(message: JsonObject) -> None:
    redacted = Redactor().message(message)
    assert redacted.keys() == message.keys()
    assert "REDACTED" in json.dumps(redacted)
    for secret in (KEY, KEY.upper(), SAID, "1234567890123", *(text for text in values(message) if " " not in text)):
        if "://" not in secret and "{" not in secret:
            assert secret not in json.dumps(redacted)


@pytest.mark.parametrize("message", KEPT.values(), ids=KEPT)
def test_what_is_no_secret_stays(message: JsonObject) -> None:
    assert Redactor().message(message) == message


def test_patterns_and_known_texts_are_taken_out() -> None:
    redactor = Redactor(["secret"], [r"\d{3}-\d{4}"])
    assert redactor.text("a secret is out, call 555-1234") == "a REDACTED is out, call REDACTED"


@pytest.mark.parametrize(
    "spelled",
    [
        SAID,
        SAID.upper(),
        SAID.encode().hex(),
        base64.b64encode(SAID.encode()).decode(),
        f"for the key {SAID} there is no account",
    ],
)
def test_what_was_a_secret_in_one_place_is_one_in_every_other(spelled: str) -> None:
    redactor = Redactor()
    redactor.learn({"type": "UpdateConfiguration", "webhook": {"accessToken": SAID}})
    assert SAID.lower() not in redactor.text(spelled).lower()
    assert "REDACTED" in redactor.text(spelled)


def test_a_secret_is_taken_out_of_what_came_before_it_was_known(tmp_path: Path) -> None:
    tape = Tape({"api_key": SAID, "sample_rate": "16000"}, Redactor(), lambda: 0.0, "2026-11-29T12:00:00+00:00")
    tape.say("server", json.dumps({"type": "Error", "error": f"{SAID} is not valid, nor is 1234567890123"}))
    tape.say("server", f"no JSON, but {SAID}")
    tape.say("client", json.dumps({"type": "UpdateConfiguration", "token": 1234567890123}))
    tape.say("client", json.dumps({"type": "UpdateConfiguration", "n": 1234567890123}))
    tape.close("server", 1008, f"not {SAID}")
    path = tmp_path / "call.jsonl"
    tape.save(path, "made by a test")
    written = path.read_text()
    assert SAID not in written
    assert "1234567890123" not in written
    assert [event.close.reason for event in read(path).events if event.close] == ["not REDACTED"]


def test_a_session_without_end_is_kept_on_disk_not_in_memory(tmp_path: Path) -> None:
    tape = Tape({"sample_rate": "16000"}, Redactor(), lambda: 0.0, "2026-11-29T12:00:00+00:00")
    piece, text = bytes(range(256)) * 128, json.dumps({"type": "Turn", "transcript": "word " * 1000})
    tracemalloc.start()
    for _ in range(500):
        tape.hear(piece)
        tape.say("server", text)
    tape.save(tmp_path / "call.jsonl", "made by a test")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    with wave.open(str(tmp_path / "call.wav")) as sound:
        assert sound.readframes(sound.getnframes()) == piece * 500
    assert (tmp_path / "call.jsonl").read_text().count('"Turn"') == 500


@pytest.mark.parametrize("word", ["x", "eyJ-", "sk-", "ghp_", "a.", "token ", "key=", "-----BEGIN ", "://a:"])
def test_the_work_grows_with_the_text_not_with_its_square(word: str) -> None:
    text = word * (400_000 // len(word))
    assert len(Redactor().text(text)) > 0

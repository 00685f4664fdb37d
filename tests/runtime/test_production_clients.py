"""What clients in production send today is taken, as the service takes it; what it passes over is noted."""

from __future__ import annotations

import json
import subprocess
import threading
import wave
from itertools import product
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
import websocket

from runtime.parameters import DOCUMENTED_MODELS
from runtime.recording import JsonObject
from runtime.replay import ReplayServer
from scripts.matrix import interpreter
from tests.runtime.sessions import FINALS, FOLDER, SPEED, Client, recording

IGNORED = "the service ignores it"
CLIENTS = Path(__file__).parent / "clients"

# What the current plug-ins of voice-agent frameworks send that the service passes over.
PASSED_OVER = {
    "bolna": [],
    "bolna, Universal-3": [],
    "livekit": ["end_of_turn_confidence_threshold"],
    "pipecat": ["formatted_finals", "format_turns"],
    "videosdk": ["continuous_partials", "interruption_delay", "language_codes"],
    "vision agents": [],
}


@pytest.fixture(scope="module")
def plugins() -> dict[str, tuple[str, list[JsonObject]]]:
    """The address of each, and what it sends when its options are changed: made by its own methods."""
    words = [interpreter("voice-plugins"), CLIENTS / "plugin_url.py"]
    process = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    asked = json.loads(process.stdout.splitlines()[-1])
    assert asked.keys() == PASSED_OVER.keys()
    return {name: (url, messages) for name, (url, messages) in asked.items()}


@pytest.mark.parametrize("name", PASSED_OVER)
def test_what_a_plugin_sends_is_taken(name: str, plugins: dict[str, tuple[str, list[JsonObject]]]) -> None:
    url, updates = plugins[name]
    address, _, query = url.partition("?")
    assert address == "wss://streaming.assemblyai.com/v3/ws"
    with ReplayServer(recording()) as server:
        client = Client(f"{server.url}/v3/ws", **dict(parse_qsl(query, strict_parsing=True)))
        for message in updates:
            client.say(message)
        client.say({"type": "Terminate"})
        messages = client.drain()
        (record,) = server.wait_for_sessions()
    assert (client.code, messages[0]["type"], messages[-1]["type"]) == (1000, "Begin", "Termination")
    assert record.violations == []
    about = [note.partition(" ")[0] for note in record.notes if "this recording" not in note]
    assert sorted(about) == sorted(PASSED_OVER[name])


def test_a_setting_that_is_none_of_a_session_is_passed_over() -> None:
    with ReplayServer(recording()) as server:
        client = Client(f"{server.url}/v3/ws", speech_model="universal-3-6-pro")
        client.say({"type": "UpdateConfiguration", "continuous_partials": True, "previous_context_n_turns": 2})
        client.say({"type": "Terminate"})
        client.drain()
        (record,) = server.wait_for_sessions()
    assert client.code == 1000
    assert record.notes == ["previous_context_n_turns cannot be set during a session; the service ignores it"]


# The program at the end of the vendor's migration guide, in our words: parameters by urlencode, no model, an event that
# stops the audio thread, Terminate and a wait before the close; it shows what `turn_is_formatted` says is formatted.


class Guide:
    """One run of it."""

    def __init__(self, url: str, parameters: dict[str, object]) -> None:
        self.shown: list[str] = []
        self.statistics: object = None
        self.problems: list[object] = []
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._app = websocket.WebSocketApp(
            f"{url}/v3/ws?{urlencode(parameters)}",
            header={"Authorization": "key"},
            on_open=self._open,
            on_message=self._message,
            on_error=self._error,
            on_close=lambda app, code, reason: self._stop.set(),
        )

    def run(self) -> None:
        """Run it until its audio has been sent and the session has ended."""
        socket = threading.Thread(target=self._app.run_forever)
        socket.start()
        assert self._ended.wait(30)
        socket.join(10)
        assert not socket.is_alive()

    def _open(self, app: websocket.WebSocketApp) -> None:
        self._audio = threading.Thread(target=self._stream, daemon=True)
        self._audio.start()

    def _stream(self) -> None:
        with wave.open(str(FOLDER / "dictation.wav")) as sound:
            while not self._stop.is_set() and len(chunk := sound.readframes(800)) == 1600:
                self._app.send(chunk, websocket.ABNF.OPCODE_BINARY)
                self._stop.wait(0.05 / SPEED)
        self._app.send(json.dumps({"type": "Terminate"}))

    def _error(self, app: websocket.WebSocketApp, error: object) -> None:
        if "closed normally" not in str(error):  # websocket-client 1.9 calls the end it was asked for an error
            self.problems.append(error)

    def _message(self, app: websocket.WebSocketApp, text: str) -> None:
        data = json.loads(text)
        if data["type"] == "Turn" and data["turn_is_formatted"]:
            self.shown.append(data["transcript"])
        elif data["type"] == "Termination":
            self.statistics = data["audio_duration_seconds"]
            self._ended.set()


@pytest.mark.parametrize(
    ("model", "variant"), list(product([None, *sorted(DOCUMENTED_MODELS)], [None, "F1", "F2", "F3"]))
)
def test_the_program_of_the_vendors_guide_runs(model: str | None, variant: str | None) -> None:
    parameters: dict[str, object] = {"sample_rate": 16000, "format_turns": True}
    if model is not None:
        parameters["speech_model"] = model
    with ReplayServer(recording(), variant=variant, speed=SPEED) as server:
        guide = Guide(server.url, parameters)
        guide.run()
        (record,) = server.wait_for_sessions()
    assert guide.problems == []
    assert guide.statistics == 8
    assert record.violations == []
    assert record.terminated
    # What is formatted but no end, it shows as well: that is how it is written.
    assert list(dict.fromkeys(text for text in guide.shown if text in FINALS)) == FINALS


# The vendor's SDK, with every parameter that it has.

PARAMETERS: dict[str, tuple[str, object]] = {
    name: (model, value)
    for model, values in {
        "universal-streaming-english": {
            "end_of_turn_confidence_threshold": 0.7,
            "min_end_of_turn_silence_when_confident": 400,
            "min_turn_silence": 400,
            "max_turn_silence": 1280,
            "vad_threshold": 0.5,
            "format_turns": True,
            "keyterms_prompt": ["Zo\u00eb", "AWS"],
            "filter_profanity": True,
            "turn_left_pad_ms": 100,
            "session_heartbeat": True,
            "encoding": "pcm_mulaw",
            "language_code": "en",
            "language_detection": True,
            "domain": "medical-v1",
            "inactivity_timeout": 5,
            "webhook_url": "https://example.com/hook",
            "webhook_auth_header_name": "X-Hook",
            "webhook_auth_header_value": "a secret",
            "llm_gateway": {"model": "m", "messages": [{"role": "user", "content": "Sum up."}], "max_tokens": 9},
            "speaker_labels": True,
            "speaker_labels_revision_interval_ms": 0,
            "max_speakers": 2,
            "voice_focus": "near-field",
            "customer_support_audio_capture": True,
            "include_partial_turns": False,
            "redact_pii": True,
            "redact_pii_policies": ["person_name", "date"],
            "redact_pii_sub": "hash",
        },
        "universal-3-6-pro": {
            "prompt": "Names of rivers.",
            "agent_context": "What is your name?",
            "interruption_delay": 500,
            "language_codes": ["en", "es"],
            "acknowledge_silence": True,
            "continuous_partials": True,
            "mode": "min_latency",
        },
    }.items()
    for name, value in values.items()
}


#: What the service refuses, and the vendor's SDK sends all the same; with part of the reason.
REFUSED: list[tuple[dict[str, object], str]] = [
    *(
        ({"speech_model": "universal-streaming-english", name: value}, f"{name} is not supported")
        for name, value in {"prompt": "Rivers.", "mode": "balanced", "agent_context": "Hello."}.items()
    ),
    ({"speech_model": "universal-3-6-pro", "prompt": "x" * 1800}, "prompt has 1800 characters"),
    ({"speech_model": "universal-3-6-pro", "agent_context": "x" * 1800}, "agent_context has 1800 characters"),
    ({"speech_model": "universal-3-6-pro", "language_codes": ["tlh"]}, "language_codes must be one of"),
    ({"speech_model": "universal-3-6-pro", "language_codes": ["en"] * 11}, "language_codes has 11 terms"),
    ({"speech_model": "universal-3-6-pro", "interruption_delay": 2000}, "must be between 0 and 1000"),
    ({"keyterms_prompt": ["term"] * 101}, "keyterms_prompt has 101 terms"),
    ({"max_speakers": 11}, "max_speakers must be between 1 and 10"),
    ({"voice_focus_threshold": 0.5}, "voice_focus_threshold needs voice_focus"),
    ({"inactivity_timeout": 4}, "must be between 5 and 3600"),
    ({"sample_rate": 7000}, "must be between 8000 and 96000"),
    ({"sample_rate": 96_001}, "must be between 8000 and 96000"),
]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_every_parameter_of_the_newest_sdk_is_taken(kind: str) -> None:
    sessions = [{"speech_model": model, name: value} for name, (model, value) in PARAMETERS.items()]
    focus = ("voice_focus", "voice_focus_threshold")
    # The SDK sends these, and min_end_of_turn_silence_when_confident, by their new names.
    older = ("noise_suppression_model", "noise_suppression_threshold")
    sessions += [{names[0]: "near-field", names[1]: 0.5} for names in (focus, older)]
    sessions += [{"speech_model": "whisper-rt"}, {"speech_model": "u3-pro"}, {"encoding": "opus"}, {}]
    accepted = len(sessions)
    sessions += [given for given, _ in REFUSED]
    script = CLIENTS / "sdk_parameters.py"
    # In real time: five seconds without a message do not pass, however busy the machine is.
    with ReplayServer(recording()) as server:
        process = subprocess.run(
            [interpreter("sdk-newest"), script, kind, f"{server.host}:{server.port}"],
            input=json.dumps(sessions),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert process.returncode == 0, process.stderr
        records = server.wait_for_sessions(len(sessions))
    known, *problems = process.stdout.splitlines()
    assert len(problems) == len(REFUSED)
    for given, reason in REFUSED:
        (said,) = (problem for problem in problems if problem.startswith(str(given)))
        assert "Invalid parameter: " in said
        assert reason in said
    assert set(json.loads(known)) == PARAMETERS.keys() | {"sample_rate", "speech_model", focus[1], *older}
    taken = [record for record in records if not record.violations]
    assert len(taken) == accepted
    assert all(record.close_code == 3006 for record in records if record.violations)
    assert all(record.terminated for record in taken)
    asked = {name for record in records for name in record.query}
    assert asked == set(json.loads(known)) - {*older, "min_end_of_turn_silence_when_confident"}
    assert not any(IGNORED in note for record in taken for note in record.notes)

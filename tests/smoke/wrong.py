"""Deliberately wrong migrations: each is one of our fixtures' v3 programs with one fault put into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.apps import LEGACY


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        app: the fixture whose v3 program is spoilt.
        file: the file that is changed.
        changes: what is replaced by what.
        check: the check that has to name the fault.
        evidence: part of the words with which it names it.
        variant: how turns are reported.
        headline: part of what the report says first, if that is another check.
    """

    name: str
    app: str
    file: str
    changes: tuple[tuple[str, str], ...]
    check: str
    evidence: str
    variant: str = "F1"
    headline: str = ""

    def spoil(self, folder: Path) -> Path:
        """Write the wrong program into `folder`, and return that."""
        folder.mkdir(exist_ok=True)
        for source in (LEGACY / self.app / "v3").iterdir():
            if source.is_file():
                text = source.read_text(encoding="utf-8")
                if source.name == self.file:
                    for old, new in self.changes:
                        assert old in text, f"{self.app}/{self.file} has no {old!r} any more"
                        text = text.replace(old, new)
                (folder / source.name).write_text(text, encoding="utf-8")
        return folder


def _captions(
    name: str, old: str, new: str, check: str, evidence: str, variant: str = "F1", headline: str = ""
) -> Fault:
    """Spoil the script with WebSocketApp, a microphone thread and Ctrl+C."""
    return Fault(name, "captions_callbacks", "captions.py", ((old, new),), check, evidence, variant, headline)


_BASE64 = "__import__('base64').b64encode(chunk).decode()"
_END = 'ws_app.send(json.dumps({"type": "Terminate"}))'

FAULTS = (
    _captions(
        "URL left",
        "wss://streaming.assemblyai.com/v3/ws",
        "wss://api.assemblyai.com/v2/realtime/ws",
        "v3 only",
        "a session at api.assemblyai.com/v2/realtime/ws",
    ),
    _captions("wrong host", "wss://streaming.assem", "wss://api.assem", "connects", "v3 is not at api.assemblyai.com"),
    _captions(
        "invented host", "streaming.assemblyai.com", "streaming.assembly.ai", "connects", "streaming.assembly.ai"
    ),
    _captions(
        "audio_data left",
        "ws.send(chunk, websocket.ABNF.OPCODE_BINARY)",
        f"ws.send(json.dumps({{'audio_data': {_BASE64}}}))",
        "audio",
        "audio as text",
        headline="the message audio_data",
    ),
    _captions(
        "base64 in a text frame",
        "ws.send(chunk, websocket.ABNF.OPCODE_BINARY)",
        f"ws.send({_BASE64})",
        "audio",
        "audio as text",
    ),
    _captions("20 ms chunks", "BUFFER = 3200", "BUFFER = 320", "audio", "20.0 ms. Expected between 50 and 1000 ms"),
    _captions("2 s chunks", "BUFFER = 3200", "BUFFER = 32000", "audio", "2000.0 ms. Expected between 50 and 1000 ms"),
    Fault(
        "sample rate missing",
        "captions_callbacks",
        "captions.py",
        (("sample_rate={SAMPLE_RATE}&", ""), ("SAMPLE_RATE = 16000", "SAMPLE_RATE = 8000")),
        "audio",
        "the microphone records at 8000 Hz, the session is told 16000 Hz",
    ),
    _captions(
        "text left",
        "' '.join(word['text'] for word in msg.get('words', ()))",
        "msg.get('text', '')",
        "finals",
        "none of the 3 finals",
    ),
    _captions("message_type left", "msg.get('type')", "msg.get('message_type')", "finals", "none of the 3 finals"),
    _captions(
        "finals raw and formatted", " and msg.get('turn_is_formatted')", "", "finals", "twice, raw and formatted"
    ),
    _captions(
        "partials as finals",
        """print(f"\\r{text}", end='')""",
        """print('\\r' + ' ' * 80, end='')
            print(f"\\r{text}")""",
        "partials",
        "shown as finals are on stdout",
    ),
    _captions("no Terminate", _END, "ws_app.close()", "terminate", "closed without it"),
    _captions(
        "terminate_session left", '{"type": "Terminate"}', '{"terminate_session": True}', "v3 only", "terminate_session"
    ),
    _captions("word_boost left", "&format_turns=true", "&format_turns=true&word_boost=[]", "v3 only", "word_boost"),
    _captions("format_turns missing", "&format_turns=true", "", "parameters", "format_turns is not set"),
    _captions("key missing", '{"Authorization": API_KEY}', "{}", "connects", "Missing Authorization header"),
    _captions("Bearer", '{"Authorization": API_KEY}', '{"Authorization": f"Bearer {API_KEY}"}', "connects", "Invalid"),
    _captions(
        "hangs after the end", "    run()\n", "    threading.Timer(100, print).start()\n    run()\n", "ends", "Thread-1"
    ),
    _captions(
        "exception in a thread",
        "ws.send(chunk,",
        "chunk[0] = 0\n                ws.send(chunk,",
        "audio",
        "no audio was sent",
    ),
    _captions("exception in a callback", "if not text:", "if not text['raw']:", "finals", "none of the 3 finals"),
    Fault(
        "reason instead of message shown",
        "captions_callbacks",
        "captions.py",
        (("sample_rate={SAMPLE_RATE}", "sample_rate=7000"),),
        "errors",
        "it shows the close's reason, 'See Error message for details', in place of 'Invalid parameter: sample_rate",
        headline="sample_rate must be between 8000 and 96000",
    ),
    Fault(
        "wrong arity of a handler",
        "sdk_script",
        "captions.py",
        (("def on_data(client: StreamingClient, transcript: TurnEvent)", "def on_data(transcript: TurnEvent)"),),
        "exceptions",
        "on_data() takes 1 positional argument",
    ),
    Fault(
        "only turn_is_formatted",
        "sdk_phone",
        "line.py",
        (("transcript.end_of_turn and transcript.turn_is_formatted", "transcript.turn_is_formatted"),),
        "partials",
        "shown, and were not before",
        "F2",
    ),
    Fault(
        "only turn_is_formatted, of a model that formats all",
        "sdk_phone",
        "line.py",
        (("transcript.end_of_turn and transcript.turn_is_formatted", "transcript.turn_is_formatted"),),
        "partials",
        "shown, and were not before",
        "F3",
    ),
    Fault(
        "words of an empty end",
        "wav_file",
        "transcribe_file.py",
        (("= json.loads(message)", "= json.loads(message); 'words' in response and response['words'][0]"),),
        "exceptions",
        "IndexError: list index out of range",
    ),
    Fault(
        "only end_of_turn",
        "sdk_phone",
        "line.py",
        (("transcript.end_of_turn and transcript.turn_is_formatted", "transcript.end_of_turn"),),
        "finals",
        "twice, raw and formatted",
    ),
    Fault(
        "encoding missing",
        "sdk_phone",
        "line.py",
        (("            encoding=Encoding.pcm_mulaw,\n", ""),),
        "audio",
        "told 8000 Hz pcm_s16le, v2 was told 8000 Hz pcm_mulaw",
    ),
    Fault(
        "wrong sample rate",
        "sdk_phone",
        "line.py",
        (("            sample_rate=LINE_RATE,", "            sample_rate=16000,"),),
        "audio",
        "told 16000 Hz pcm_mulaw, v2 was told 8000 Hz",
    ),
    Fault(
        "v2's token path",
        "boosted_token",
        "boosted.py",
        (("https://streaming.assemblyai.com/v3/token", "https://api.assemblyai.com/v2/realtime/token"),),
        "v3 only",
        "GET api.assemblyai.com/v2/realtime/token",
    ),
    Fault(
        "exception that ends it",
        "boosted_token",
        "boosted.py",
        (('begins["id"]', 'begins["session_id"]'),),
        "exceptions",
        "KeyError: 'session_id' at boosted.py",
    ),
    Fault(
        "last final lost",
        "wav_file",
        "transcribe_file.py",
        (('ws.send(json.dumps({"type": "Terminate"}))', "ws.close()"), ("for _ in range(10):", "for _ in range(0):")),
        "finals",
        "missing: 'Please bring your notes.'",
        headline="closed without it",
    ),
    Fault(
        "whole message shown",
        "reader_thread",
        "kiosk.py",
        (('self.sentences.put(d["transcript"])', "self.sentences.put(d)"),),
        "finals",
        "2 times: 'Good morning everyone.'",
    ),
    Fault(
        "reader that waits for the sender",
        "lecture_hall",
        "wall.py",
        (("target=self.capture, daemon", "target=self.capture(), daemon"),),
        "finals",
        "shown only once it was stopped, and not as they came",
    ),
)


#: What the service takes, and a careful client would not do.
CARELESS = (
    _captions(
        "unknown parameter",
        "&format_turns=true",
        "&format_turns=true&punctuate=true",
        "parameters",
        "punctuate is not a parameter of v3",
    ),
    _captions("speech_model missing", "&speech_model=universal-streaming-english", "", "parameters", "three times"),
    Fault(
        "not paced",
        "wav_file",
        "transcribe_file.py",
        (("        time.sleep(CHUNK_MS / 1000)\n", ""),),
        "audio",
        "faster than real time",
    ),
)

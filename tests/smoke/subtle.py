"""Faults as people make them when they migrate by hand: other ones than those that the checks were written for."""

from __future__ import annotations

from tests.smoke.wrong import Fault


def _captions(name: str, old: str, new: str, told: str) -> Fault:
    return Fault(name, "captions_callbacks", "captions.py", ((old, new),), "", told)


def _sdk(name: str, old: str, new: str, told: str) -> Fault:
    return Fault(name, "sdk_script", "captions.py", ((old, new),), "", told)


#: `evidence` is what the headline has to say.
SUBTLE = (
    _captions("type in lower case", '"Turn"', '"turn"', "compares the type with 'turn'"),
    _captions("field in camel case", "msg.get('words', ())", "msg.get('wordList', ())", "asks for 'wordList'"),
    _captions("type of v2", 'elif msg_type == "Turn"', 'elif msg_type == "FinalTranscript"', "FinalTranscript"),
    _captions("plain instead of TLS", "wss://streaming", "ws://streaming", "no v3 session was opened"),
    _captions("path of no API", "/v3/ws", "/v3/stream", "no v3 session was opened"),
    _captions("another rate", "sample_rate={SAMPLE_RATE}", "sample_rate=44100", "told 44100 Hz"),
    _captions("another encoding", "&format_turns", "&encoding=pcm_mulaw&format_turns", "told 16000 Hz pcm_mulaw"),
    _captions("audio as text", "ws.send(chunk, websocket.ABNF.OPCODE_BINARY)", "ws.send(chunk.hex())", "audio as text"),
    _captions("another variable", '"ASSEMBLYAI_API_KEY"', '"ASSEMBLY_AI_KEY"', "KeyError: 'ASSEMBLY_AI_KEY'"),
    _captions("Terminate in lower case", '"Terminate"', '"terminate"', "Invalid Message Type: terminate"),
    _captions(
        "Terminate under v2's key", '{"type": "Terminate"}', '{"message_type": "Terminate"}', "Invalid Message Type"
    ),
    _captions("misspelt method", "stream.read(", "stream.reed(", "has no attribute 'reed'"),
    _captions("argument missing", "def on_message(ws, message)", "def on_message(message)", "on_message() takes 1"),
    _captions("thread not started", "    ws_thread.start()\n", "", "no v3 session was opened; hosts it tried: none"),
    _sdk("handler not registered", "transcriber.on(StreamingEvents.Turn, on_data)\n", "", "no handler for turns"),
    _sdk("not terminated", "disconnect(terminate=True)", "disconnect()", "closed without it"),
    _sdk("attribute of v2", "print(transcript.transcript,", "print(transcript.text,", "has no attribute 'text'"),
    _sdk("module that is not there", "assemblyai.streaming.v3", "assemblyai.realtime.v3", "ModuleNotFoundError"),
    _sdk("unformatted", "        format_turns=True,\n", "", "format_turns is not set"),
    _sdk("key of v2's settings", "api_key=aai.settings.api_key, ", "", "Authorization"),
    Fault(
        "token for too long", "boosted_token", "boosted.py",
        (('"expires_in_seconds": 600', '"expires_in_seconds": 3600'),), "", "422",
    ),
    Fault(
        "empty chunks", "wav_file", "transcribe_file.py",
        (("        ws.send(data)", "        ws.send(b'')"),), "", "binary frames are empty",
    ),
    Fault(
        "audio as base64", "aiohttp_notes", "notes.py",
        (("ws.send_bytes(block)", "ws.send_str(__import__('base64').b64encode(block).decode())"),), "", "audio as text",
    ),
    Fault(
        "key under another header", "aiohttp_notes", "notes.py",
        (('"Authorization"', '"X-Api-Key"'),), "", "Missing Authorization header (it sent ",
    ),
    Fault(
        "encoding that is none", "binary_params", "dispatcher.py",
        (('encoding="pcm_s16le"', 'encoding="pcm16"'),), "", "(it asks for encoding=pcm16)",
    ),
    Fault(
        "half of the audio", "lecture_hall", "wall.py",
        (("self.app.send(sound, ", "self.app.send(sound[::2], "),), "", "from the microphone",
    ),
    Fault(
        "base64 in binary frames", "sdk_factory", "factory.py",
        (("transcriber.stream(frame)", "transcriber.stream(__import__('base64').b64encode(frame))"),),
        "", "the binary frames are base64",
    ),
    Fault(
        "result that nobody waits for", "caption_service", "service.py",
        (("await self.on_transcript(", "self.on_transcript("),), "", "coroutine 'show' was never awaited",
    ),
    Fault(
        "handler that nothing calls", "radio_booth", "booth.py",
        (("            on_open=self.on_open,\n", ""),), "", "never reached: booth.py:56 (listen is never entered)",
    ),
    Fault(
        "unformatted ends", "typed_messages", "live.py",
        (('and message["turn_is_formatted"]', 'and not message["turn_is_formatted"]'),), "", "shown unformatted: 'good",
    ),
    Fault(
        "partials instead of finals", "sdk_two_modules", "callbacks.py",
        (("if not (transcript.end_of_turn", "if (transcript.end_of_turn"),), "", "partials are shown instead",
    ),
    Fault(
        "terms that got lost", "sdk_options", "minutes.py",
        (("keyterms_prompt=NAMES", "keyterms=NAMES"),), "", "word_boost of the original has no keyterms_prompt",
    ),
    Fault(
        "session that nobody opens", "sdk_hotline", "hotline.py",
        (('message["event"] == "start"', 'message["event"] == "begin"'),), "", "(transcriber.connect(",
    ),
)  # fmt: skip

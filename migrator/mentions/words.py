"""What v2 looks like outside of Python, and what v3 has in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codemods import protocol
from migrator.mentions.kinds import Kind

CONFIGURATION, PIN, DOCUMENT, LANGUAGE, MADE = "V3M801", "V3M802", "V3M803", "V3M804", "V3M805"

ON_PURPOSE = "; unless this tells of v2 on purpose"

_CODES = {
    Kind.CONFIGURATION: CONFIGURATION,
    Kind.SHELL: CONFIGURATION,
    Kind.DOCUMENT: DOCUMENT,
    Kind.JAVASCRIPT: LANGUAGE,
    Kind.OTHER_LANGUAGE: LANGUAGE,
    Kind.TEMPLATE: MADE,
    Kind.GENERATED: MADE,
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that speaks v2.

    Attributes:
        start: offset in the text, in characters; it ends before `end`.
    """

    code: str
    start: int
    end: int
    message: str


_ADDRESS = re.compile(  # JSON may write a slash as `\\/`
    r"(?P<scheme>(?:wss?|https?):\\?/\\?/)?api(?P<eu>\.eu)?\.assemblyai\.com\\?/v2\\?/realtime(?:\\?/(?P<what>ws|token))?"
    r"(?P<query>\?[^\s\"'`<>]*)?",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?<![\w./\\-])/?v2/realtime/(?P<what>ws|token)\b")
"""Beside a host that stands elsewhere."""
# The npm SDK, read in version 4.41.5 of its package on 2026-11-29: src/services/{realtime,streaming}.
_NPM = (
    (
        re.compile(r"\brealtime\.createTemporaryToken\b"),
        "streaming.createTemporaryToken({expires_in_seconds: 60})",
    ),
    (
        re.compile(r"\bRealtimeTranscriber\b|\brealtime\.transcriber(?=\()"),
        "client.streaming.transcriber({sampleRate, speechModel, formatTurns: true}), whose events are open, turn, "
        "error and close",
    ),
    (
        re.compile(r"[\"'`]transcript\.(?:final|partial)[\"'`]"),
        "the event turn; a final has end_of_turn and turn_is_formatted",
    ),
)
# The SDKs of other languages ended in April 2025, without v3: https://www.assemblyai.com/docs/sdk-references/{go,java,csharp},
# read on 2026-11-29. Their names: RealTimeClient in Go, RealtimeTranscriber in Java and C#.
_ENDED = (
    (
        re.compile(
            r"\bassemblyai\.NewRealTimeClient\w*|\bassemblyai\.RealTimeTranscriber\b|\bRealtimeTranscriber\b"
            r"|\b[Rr]ealtime(?:\(\))?\.[Cc]reateTemporaryToken(?:Async)?\b"
        ),
        "this language's SDK has none: a WebSocket library opens wss://streaming.assemblyai.com/v3/ws with the key in "
        "Authorization, a token is GET https://streaming.assemblyai.com/v3/token?expires_in_seconds=60",
    ),
    (
        re.compile(
            r"\b[Oo]n(?:Final|Partial)Transcript\b|\b[Oo]nSession(?:Begins|Terminated|Opened|Information)\b"
            r"|\b(?:Final|Partial)TranscriptReceived\b|\bSessionBegins(?=\.Subscribe)"
        ),
        "messages of type Turn (a final has end_of_turn and turn_is_formatted), Begin and Termination",
    ),
)
_OF_SDKS = {
    Kind.OTHER_LANGUAGE: _ENDED,
    # Of what language a template becomes a program is not known.
    Kind.TEMPLATE: (
        (re.compile(r"\bRealtime\w*Transcri(?:ber|pt)\b"), "the SDK's streaming client"),
        *_NPM[:1],
        *_NPM[2:],
    ),
}
_RAW = {
    "FinalTranscript": "type Turn with end_of_turn and turn_is_formatted",
    "PartialTranscript": "type Turn without end_of_turn",
    **{name: f"type {new}" for name, new in protocol.MESSAGE_TYPES.items()},
    **{name: f'{{"type": "{new}"}}' for name, new in protocol.CONTROLS.items()},
    "message_type": "type",
    "audio_data": "binary frames of 50 to 1000 ms",
}
_OWN_WORDS = {"FinalTranscript", "PartialTranscript", "terminate_session"}
_RAW_WORDS = re.compile(r"\b(?:" + "|".join(_RAW) + r")\b")


def mentions(kind: Kind, text: str) -> Iterator[Mention]:
    """Yield what speaks v2 in the text of a file, in order of place."""
    yield from sorted(_spoken(kind, text), key=lambda mention: mention.start)


def _spoken(kind: Kind, text: str) -> Iterator[Mention]:
    code = _CODES[kind]
    addresses = list(_ADDRESS.finditer(text))
    for match in addresses:
        yield Mention(code, *match.span(), _address(kind, match))
    if kind is not Kind.DOCUMENT and "assemblyai" in text.lower():
        yield from (
            Mention(code, *match.span(), _told(kind, "v2 path", _path(match))) for match in _PATH.finditer(text)
        )
    if kind is Kind.DOCUMENT and not addresses and "assemblyai" in text.lower():
        yield from (
            Mention(code, *match.span(), _told(kind, match[0], "the SDK's streaming client"))
            for match in re.finditer(r"\bRealtimeTranscriber\b|\brealtime\.transcriber(?=\()", text)
        )
    # `assemblyai` as well: other people have classes and events of these names.
    if kind is not Kind.DOCUMENT and "assemblyai" in text.lower():
        known = [(match, advice) for pattern, advice in _OF_SDKS.get(kind, _NPM) for match in pattern.finditer(text)]
        for match, advice in known:
            yield Mention(code, *match.span(), _told(kind, match[0], advice))
    raw = set(_RAW_WORDS.findall(text))
    spoken = {"FinalTranscript", "PartialTranscript"} <= raw or (kind is Kind.TEMPLATE and raw & _OWN_WORDS)
    if not addresses and not spoken:
        return
    if kind in (Kind.DOCUMENT, Kind.GENERATED):
        return  # once said where it is, such a file is read or made anew as a whole
    for match in _RAW_WORDS.finditer(text):
        yield Mention(code, *match.span(), _told(kind, match[0], _RAW[match[0]]))


def _address(kind: Kind, match: re.Match[str]) -> str:
    host = protocol.HOSTS["eu" if match["eu"] else "us"]
    if match["what"] == "token":
        new = f"GET https://{host}/v3/token?expires_in_seconds=60 (v2's was a POST)"
    else:
        new = f"{(match['scheme'] or '').replace(chr(92), '')}{host}/v3/ws"
        if kind is not Kind.DOCUMENT:
            given = "" if not match["query"] else f", {match['query'][1:].split('&')[0].partition('=')[0]} as before"
            new += f" with speech_model=universal-streaming-english and format_turns=true{given}"
    return _told(kind, "v2 address", new)


def _path(match: re.Match[str]) -> str:
    what = "/v3/ws" if match["what"] == "ws" else "/v3/token, with GET"
    return f"{what}, at {protocol.HOSTS['us']}"


def _told(kind: Kind, what: str, advice: str) -> str:
    match kind:
        case Kind.DOCUMENT:
            return f"{what}: in v3 {advice}{ON_PURPOSE}"
        case Kind.TEMPLATE:
            return f"{what}: in v3 {advice}; a template: edit it by hand, then make anew what is made from it"
        case Kind.GENERATED:
            return f"{what}: this file is made from others, make it anew once they are moved"
        case _:
            return f"{what}: in v3 {advice}"

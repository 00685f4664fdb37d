"""What a program sends as text or JSON: where each message is written, where it goes, and what it asks for."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.values import Const, Json, Lit, Obj, Str, Value, texts
from codemods.libraries.observations import Send


class Destination(str, Enum):
    """Where a message goes."""

    VENDOR = "the vendor"
    LIKELY = "the vendor, to judge by what it answers"
    ELSEWHERE = "somebody else"
    UNKNOWN = "out of sight"


class Request(str, Enum):
    """What a message asks of the service, in words that it knows or not."""

    AUDIO = "audio"
    NO_AUDIO = "audio without a sound, to keep the session open"
    TERMINATE = "Terminate"
    FORCE_ENDPOINT = "ForceEndpoint"
    KEEP_ALIVE = "KeepAlive"
    SILENCE = "a silence after which a turn ends"
    V3 = "what v3 knows"
    UNKNOWN = "what nobody knows"


class Requests:
    """Every message that is sent.

    Attributes:
        sends: by the dict, `dict(...)` call or literal that is sent, the sends.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sends: dict[cst.CSTNode, list[Send]] = defaultdict(list)
        for send in program.sends.values():
            for value in program.values(send.data):
                for node in written_at(value):
                    self.sends[node].append(send)

    def destination(self, node: cst.CSTNode) -> Destination:
        """Return where a message goes; the vendor, if it goes there among others."""
        found = {self._destination(send) for send in self.sends.get(node, ())}
        for certain in (Destination.VENDOR, Destination.LIKELY):
            if certain in found:
                return certain
        return Destination.ELSEWHERE if found == {Destination.ELSEWHERE} else Destination.UNKNOWN

    def _destination(self, send: Send) -> Destination:
        if any(self.program.is_vendor(connection) for connection in send.connections):
            return Destination.VENDOR
        if send.connections & self.program.likely_connections:
            return Destination.LIKELY
        if send.connections and all(self.program.is_foreign(connection) for connection in send.connections):
            return Destination.ELSEWHERE
        return Destination.UNKNOWN


def written_at(value: Value) -> Iterator[cst.CSTNode]:
    """Yield the nodes that spell a message."""
    match value:
        case Json(content=content):
            yield content.site
        case Obj(site=site, kind="dict"):
            yield site
        case Str(parts=parts) if value.text.lstrip().startswith("{"):
            yield from dict.fromkeys(part.node for part in parts if isinstance(part, Lit))
        case Const(value=bytes() as content, node=node) if content.lstrip().startswith(b"{"):
            yield node


def fields(program: Program, value: Value) -> Mapping[str, list[str]] | None:
    """Return the keys of a message, each with the texts it may hold; None where they cannot be seen."""
    match value:
        case Json(content=content):
            return fields(program, content)
        case Obj(kind="dict"):
            items = program.items(value)
            return {key: _spelled(held) for key, held in items.items() if isinstance(key, str)}
        case Str():
            return parsed(value.text.replace("\0", "0"))
        case Const(value=bytes() as content):
            return parsed(content.decode("utf-8", "replace"))
        case _:
            return None


def _spelled(values: Iterable[Value]) -> list[str]:
    held = list(values)
    return texts(held) + [str(value.value).lower() for value in held if isinstance(value, Const)]


def parsed(text: str) -> Mapping[str, list[str]] | None:
    """Return the keys of a message written as text, each with what it holds; None for what is no message."""
    try:
        message = json.loads(text)
    except ValueError:
        return None
    if not isinstance(message, dict):
        return None
    return {key: [held if isinstance(held, str) else json.dumps(held)] for key, held in message.items()}


NAMED_BY = ("type", v.TYPE_KEY, "event", "action", "command", "message")
"""Keys under which protocols keep what a message is."""
_OFF = frozenset({"false", "none", "null", "0", ""})


def kind(message: Mapping[str, list[str]]) -> Request:
    """Return what a message asks for."""
    if v.AUDIO_KEY in message:
        return Request.NO_AUDIO if set(message[v.AUDIO_KEY]) == {""} else Request.AUDIO
    if set(message.get("type", ())) and set(message["type"]) <= v.CLIENT_TYPES:
        return Request.V3
    if v.SILENCE in message:
        return Request.SILENCE
    words = [key for key, held in message.items() if key not in NAMED_BY and not _OFF & set(held)]
    words += [text for name in NAMED_BY for text in message.get(name, ())]
    for word in words:
        plain = re.sub(r"[^a-z]", "", word.lower())
        if "terminat" in plain:
            return Request.TERMINATE
        if plain.startswith("force") and ("end" in plain or "utterance" in plain):
            return Request.FORCE_ENDPOINT
        if plain == "keepalive":
            return Request.KEEP_ALIVE
    return Request.UNKNOWN

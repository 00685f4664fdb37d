"""Presses the button of a Gradio page, over the interface that Gradio serves beside it.

Source: https://www.gradio.app/guides/querying-gradio-apps-with-curl, read 2026-11-29; versions 5 and 6 have it.
"""

from __future__ import annotations

import io
import json
import re
import uuid
import wave
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from migrator.smoke.programs import python_files
from migrator.smoke.telephone.routes import STARTS
from runtime.recording import JsonObject

_INTERFACE = "/gradio_api"
_IMPORTED = re.compile(rb"^\s*(?:import|from)\s+gradio\b", re.MULTILINE)
#: Components that take a recording.
_AUDIO = ("Audio", "File", "UploadButton")

#: Sends method, path, body and headers; returns the status and the answer, to be read as it comes.
Request = Callable[[str, str, "bytes | None", Mapping[str, str]], "tuple[int, IO[bytes]]"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One function that the page calls, with the components of its arguments and what they hold at first."""

    name: str
    components: tuple[str, ...]
    defaults: tuple[object, ...]


def is_made_with_it(project: Path) -> bool:
    """Return whether a program of the project makes a Gradio page."""
    return any(_IMPORTED.search(Path(name).read_bytes()) for name in python_files(project))


def endpoint(request: Request) -> Endpoint | None:
    """Return the function to be called: one that takes a recording, else one that starts something; None if unclear."""
    status, answer = request("GET", f"{_INTERFACE}/info", None, {})
    found = list(_endpoints(json.load(answer))) if status == 200 else []
    taking = [one for one in found if any(component in _AUDIO for component in one.components)]
    starting = [one for one in found if STARTS.search(one.name)]
    return next(iter(taking or starting or (found if len(found) == 1 else [])), None)


def _endpoints(info: JsonObject) -> Iterator[Endpoint]:
    named = info.get("named_endpoints")
    for name, facts in named.items() if isinstance(named, dict) else ():
        parameters = [one for one in facts.get("parameters", ()) if isinstance(one, dict)]
        components = tuple(str(one.get("component")) for one in parameters)
        yield Endpoint(str(name), components, tuple(one.get("parameter_default") for one in parameters))


def call(request: Request, target: Endpoint, pcm: bytes, rate: int) -> Iterator[str]:
    """Call a function of the page; yield what it shows, as far as it is new.

    Args:
        pcm: audio, 16-bit samples of one channel.
        rate: samples per second.

    Raises:
        ValueError: the function failed; the message says what the page says of it.
    """
    data = [
        _uploaded(request, pcm, rate) if component in _AUDIO else default
        for component, default in zip(target.components, target.defaults, strict=True)
    ]
    headers = {"Content-Type": "application/json"}
    _, answer = request("POST", f"{_INTERFACE}/call{target.name}", json.dumps({"data": data}).encode(), headers)
    number = json.load(answer)["event_id"]
    _, events = request("GET", f"{_INTERFACE}/call{target.name}/{number}", None, {})
    kind, before = "", ""
    for line in events:
        field, _, value = line.decode("utf-8", "replace").strip().partition(": ")
        if field == "event":
            kind = value
        elif field == "data" and kind == "error":
            raise ValueError(f"{target.name} of the page failed: {value}")
        elif field == "data" and kind in ("generating", "complete"):
            now = "\n".join(_texts(json.loads(value)))
            # A page shows the whole text again and again as it grows.
            if new := now.removeprefix(before):
                yield new
            before = now
            if kind == "complete":
                return


def _uploaded(request: Request, pcm: bytes, rate: int) -> JsonObject:
    """Upload the recording as a WAV file; return how it is named in a call."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(rate)
        audio.writeframes(pcm)
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="speech.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    body = head.encode() + file.getvalue() + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    _, answer = request("POST", f"{_INTERFACE}/upload", body, headers)
    return {"path": json.load(answer)[0], "meta": {"_type": "gradio.FileData"}}


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)

"""Random projects for the fuzzer: a program of any transport or the SDK, oddly laid out, as a module or a notebook."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.codemods.generated import FOREIGN, TRANSPORTS, VENDOR, program
from tests.migrator.test_notebooks import cut, notebook

T = TypeVar("T")

HEARD = ("callbacks", "asyncio", "socket")
"""Transports whose programs can be run without a library that may be missing."""


class Choices(random.Random):
    """What the generator of programs asks, at random."""

    def some(self, among: Sequence[T], most: int) -> list[T]:
        """Return up to `most` different ones."""
        return self.sample(list(among), min(self.randint(0, most), len(among)))


@dataclass(frozen=True)
class Input:
    """One project.

    Attributes:
        name: of the file with the program.
        source: the program as text; what the file holds may be a notebook of it, or in another encoding.
        files: all files, by name.
        kind: "transport" or "sdk" (v2), "foreign" (a protocol like v2, of another service), "clean" (nothing of v2).
        noise: pieces of the program that have nothing to do with v2.
        heard: whether the program has an `on_message` that can be fed, before and after.
    """

    name: str
    source: str
    files: dict[str, bytes] = field(repr=False)
    kind: str
    heard: bool = False
    noise: tuple[str, ...] = ()


# the SDK ----------------------------------------------------------------------------------------------------------

_SDK_IMPORTS = {
    "aai.": "import assemblyai as aai\n",
    "assemblyai.": "import assemblyai\n",
    "": "from assemblyai import (\n{I}RealtimeError,\n{I}RealtimeFinalTranscript,\n{I}RealtimePartialTranscript,\n"
    "{I}RealtimeSessionOpened,\n{I}RealtimeTranscriber,\n{I}RealtimeTranscript,\n{I}extras,\n)\n",
}

_ON_DATA = (
    "def on_data(transcript: {P}RealtimeTranscript):\n{I}if not transcript.text:\n{I}{I}return\n\n"
    "{I}if isinstance(transcript, {P}RealtimeFinalTranscript):\n{I}{I}print(transcript.text)\n"
    "{I}else:\n{I}{I}print(transcript.text, end='\\r')\n",
    "def on_data(result):\n{I}if isinstance(result, {P}RealtimeFinalTranscript):\n{I}{I}print(result.text)\n",
    "def on_data(t):\n{I}if isinstance(t, {P}RealtimePartialTranscript):\n{I}{I}return\n{I}print(t.text)\n",
    "def on_data(said):\n{I}print(said.text)\n",
    "kept = []\n\n\ndef on_data(said):\n{I}if said.message_type == 'FinalTranscript':\n{I}{I}kept.append(said.text)\n",
)

_SDK_OPTIONS = (
    "sample_rate=16_000",
    "sample_rate=RATE",
    "sample_rate=16000, end_utterance_silence_threshold=700",
    "sample_rate=16000, disable_partial_transcripts=True",
    "sample_rate=16000, word_boost=['kafka', 'postgres']",
)

_SDK_MAIN = (
    "transcriber = {P}RealtimeTranscriber({O})\ntranscriber.connect()\n"
    "microphone_stream = {P}extras.MicrophoneStream(sample_rate=16_000)\n"
    "transcriber.stream(microphone_stream)\ntranscriber.close()\n",
    "def main():\n{I}transcriber = {P}RealtimeTranscriber({O})\n{I}transcriber.connect()\n{I}try:\n"
    "{I}{I}transcriber.stream({P}extras.MicrophoneStream())\n{I}finally:\n{I}{I}transcriber.close()\n\n\n"
    "if __name__ == '__main__':\n{I}main()\n",
    "class Listener:\n{I}def __init__(self):\n{I}{I}self.transcriber = {P}RealtimeTranscriber({O})\n\n"
    "{I}def start(self, chunks):\n{I}{I}self.transcriber.connect()\n{I}{I}for chunk in chunks:\n"
    "{I}{I}{I}self.transcriber.stream(chunk)\n{I}{I}self.transcriber.close()\n\n\n"
    "Listener().start(iter([b'\\0\\0' * 1600]))\n",
)

_OPENED = "def on_open(opened: {P}RealtimeSessionOpened):\n{I}print('Session ID:', opened.session_id)\n\n\n"
_FAILED = "def on_error(error: {P}RealtimeError):\n{I}print('An error occured:', error)\n\n\n"
_CLOSED = "def on_close():\n{I}print('Closing Session')\n\n\n"


def sdk_program(among: Choices) -> str:
    """Put a program of the Python SDK together."""
    prefix = among.choice(sorted(_SDK_IMPORTS))
    indent = among.choice(["    ", "  ", "\t"])
    handlers = among.some([_OPENED, _FAILED, _CLOSED], 3)
    named = {_OPENED: "on_open=on_open", _FAILED: "on_error=on_error", _CLOSED: "on_close=on_close"}
    options = ", ".join([among.choice(_SDK_OPTIONS), "on_data=on_data", *(named[handler] for handler in handlers)])
    if not handlers or _FAILED not in handlers:
        options += ", on_error=print"
    pieces = [
        _SDK_IMPORTS[prefix],
        "\nRATE = 16000\n\n\n",
        *handlers,
        among.choice(_ON_DATA) + "\n\n",
        among.choice(_SDK_MAIN),
    ]
    text = "".join(pieces)
    return text.replace("{P}", prefix).replace("{O}", options).replace("{I}", indent)


# odd layout -------------------------------------------------------------------------------------------------------

_ODD = (
    "if (n := len('text')) > 3: pass",
    *["try:\n    print()\nexcept* ValueError:\n    pass"] * (sys.version_info >= (3, 11)),
    *["type Words[T] = list[T]", "def first[T](of: list[T]) -> T: ..."] * (sys.version_info >= (3, 12)),
    "x = 1 ; y = 2 ;",
    "z = f\"{'text'!r:>10}\"",
    "\fdef later(): return 1",
    "a = 1\n\\\nb = 2",
    "try: pass\nexcept ValueError : pass",
    "def positional(a, /, b, *, c=(1, 2), **d): return a",
    "# a comment with a tab\tand trailing space ",
    'long = """three\n  quoted\n\tlines\n"""',
    "@(lambda f: f)\ndef decorated(): ...",
    "async def sleeps():\n    async with a as b, c as d: await b",
    "pairs = {**{}, 'a': [*()]}",
    "class Ä: ß = 'ü'",
    "print(*[i for i in range(3) if i],  sep = '')",
    "assert True, (\n    'text'\n)",
    "raw = rb'\\d' b''",
    "match 1:\n    case 1 | 2: pass\n    case _: pass",
)


def _odd(among: Choices, text: str) -> str:
    """Put odd statements between those at the top of a program, behind its imports."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith(("def ", "async def ", "class "))]
    starts = [number for number in starts if not lines[number - 1].startswith("@")]
    for number in sorted(among.some(starts, 3), reverse=True):
        lines[number:number] = [*among.choice(_ODD).split("\n"), "", ""]
    return "\n".join(lines)


def _encoded(among: Choices, text: str) -> bytes:
    match among.choice(["utf-8"] * 5 + ["mark", "latin-1", "cp1252", "CRLF", "mixed", "no end", "blank end"]):
        case "mark":
            return b"\xef\xbb\xbf" + text.encode()
        case "latin-1" | "cp1252" as name:
            return f"# -*- coding: {name} -*-\n# caf\xe9\n{text}".encode(name, "replace")
        case "CRLF":
            return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
        case "mixed":
            return text.replace("\n", "\r\n", 7).replace("\r\r", "\r").encode()
        case "no end":
            return text.rstrip("\n").encode()
        case "blank end":
            return f"{text}\n\n  \n\t\n".encode()
        case _:
            return text.encode()


# projects ---------------------------------------------------------------------------------------------------------

_REQUIREMENTS: dict[str, str] = {
    "requirements.txt": "# tools\nassemblyai{V}  # speech\nrequests>=2\n",
    "requirements-dev.in": "pytest\nassemblyai[extras]{V} ; python_version >= '3.8'\n",
    "setup.cfg": "[options]\ninstall_requires =\n    assemblyai{V}\n    numpy\n",
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["assemblyai{V}", "numpy"]\n',
    "Pipfile": '[packages]\nassemblyai = "{V}"\nrequests = "*"\n',
}
_OTHER_WORDS = {
    "message_type": "kind",
    "FinalTranscript": "final",
    "PartialTranscript": "partial",
    "SessionBegins": "hello",
    "audio_data": "audio",
    "terminate_session": "stop",
    "realtime": "live",
}
_VERSIONS = ("==0.17.0", ">=0.30", "~=0.33.0", "<1", ">=0.20,<0.40", "")


def project(number: int, seed: int) -> Input:
    """Return the project of this number; the same for the same seed."""
    among = Choices(f"{seed}/{number}")
    kind = among.choice(["transport"] * 6 + ["sdk"] * 3 + ["foreign", "clean"])
    heard, noise = False, ()
    if kind == "sdk":
        text = sdk_program(among)
    else:
        heard = kind == "transport" and among.random() < 0.7
        transports = HEARD if heard else tuple(TRANSPORTS)
        generated = program(among, VENDOR if kind == "transport" else FOREIGN, transports)
        text, noise = generated.source, tuple(piece.replace("\r\n", "\n") for piece in generated.noise)
    if kind == "clean":
        for word, other in _OTHER_WORDS.items():
            text = text.replace(word, other)
    text = text.replace("\r\n", "\n")
    if among.random() < 0.6:
        text = _odd(among, text)
    if among.random() < 0.2:
        files = {"talk.ipynb": notebook(*cut(text))}
        return Input("talk.ipynb", text, files, kind, heard, noise)
    files = {"app.py": _encoded(among, text)}
    if kind == "sdk" and among.random() < 0.7:
        name = among.choice(sorted(_REQUIREMENTS))
        version = among.choice(_VERSIONS)
        files[name] = _REQUIREMENTS[name].replace("{V}", version or "*" * (name == "Pipfile")).encode()
    return Input("app.py", text, files, kind, heard, noise)

"""Programs put together from the idioms that real code shows, in every style of layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

#: Where the pieces go; `{I}` is one step of indentation.
VENDOR = "wss://api.assemblyai.com/v2/realtime/ws"
FOREIGN = "wss://speech.example.com/v2/realtime/ws"

ENDPOINTS = {
    "literal": ("", '"{host}?sample_rate=16000"'),
    "constant": ('URL = "{host}?sample_rate=16000"\n', "URL"),
    "f-string": ("RATE = 16000\n", 'f"{host}?sample_rate={{RATE}}"'),
    "sum": ('RATE = 16000\nBASE = "{host}"\n', 'BASE + "?sample_rate=" + str(RATE)'),
    "adjacent": ('URL = (\n{I}"{host}"  # the socket\n{I}"?sample_rate=16000"\n)\n', "URL"),
    "percent": ("RATE = 16000\n", '"{host}?sample_rate=%d" % RATE'),
    "format": ("RATE = 16000\n", '"{host}?sample_rate={{}}".format(RATE)'),
    "urlencode": (
        'from urllib.parse import urlencode\n\nparams = {{"sample_rate": 16000}}\n',
        'f"{host}?{{urlencode(params)}}"',
    ),
    "function": ('def url():\n{I}return "{host}?sample_rate=16000"\n\n\n', "url()"),
}

MESSAGES = {
    "equals": ("", 'if {m}["message_type"] == "FinalTranscript":\n{I}print({m}["text"])\n'),
    "get": ("", 'if {m}.get("message_type") == "FinalTranscript":\n{I}print({m}.get("text"))\n'),
    "variable": ("", 'kind = {m}["message_type"]\nif kind == "FinalTranscript":\n{I}print({m}["text"])\n'),
    "early": ("", 'if {m}["message_type"] != "FinalTranscript":\n{I}return\nprint({m}["text"])\n'),
    "chain": (
        "",
        'if {m}["message_type"] == "SessionBegins":\n{I}return\n'
        'elif {m}["message_type"] == "PartialTranscript":\n{I}pass\n'
        'elif {m}["message_type"] == "FinalTranscript":\n{I}print({m}["text"])\n',
    ),
    "match": ("", 'match {m}["message_type"]:\n{I}case "FinalTranscript":\n{I}{I}print({m}["text"])\n'),
    "mapping": ("", 'match {m}:\n{I}case {{"message_type": "FinalTranscript", "text": said}}:\n{I}{I}print(said)\n'),
    "table": (
        'def final(message):\n{I}print(message["text"])\n\n\nHANDLERS = {{"FinalTranscript": final}}\n',
        'handler = HANDLERS.get({m}["message_type"])\nif handler:\n{I}handler({m})\n',
    ),
    "constant": (
        'FINAL = "FinalTranscript"\n',
        'if {m}["message_type"] == FINAL:\n{I}print({m}["text"])\n',
    ),
    "function": (
        'def show(kind, text):\n{I}if kind == "FinalTranscript":\n{I}{I}print(text)\n\n\n',
        'show({m}["message_type"], {m}.get("text"))\n',
    ),
    "dataclass": (
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Event:\n{I}message_type: str\n{I}text: str = ''\n"
        "{I}words: tuple = ()\n{I}created: str = ''\n{I}confidence: float = 0\n{I}audio_start: int = 0\n"
        "{I}audio_end: int = 0\n{I}punctuated: bool = False\n{I}text_formatted: bool = False\n{I}session_id: str = ''\n"
        "{I}expires_at: str = ''\n{I}audio_duration_seconds: float = 0\n\n\n",
        'event = Event(**{m})\nif event.message_type == "FinalTranscript":\n{I}print(event.text)\n',
    ),
}

AUDIO = {
    "three steps": (
        'data = base64.b64encode({a}).decode("utf-8")\njson_data = json.dumps({{"audio_data": str(data)}})\n'
        "{send}(json_data)\n"
    ),
    "in place": '{send}(json.dumps({{"audio_data": base64.b64encode({a}).decode()}}))  # as the socket wants it\n',
    "none": "",
}

TRANSPORTS = {
    "callbacks": (
        "import websocket\n",
        "def on_message(ws, raw):\n{I}{m} = json.loads(raw)\n{handle}\n\n"
        "def on_open(ws):\n{I}pcm = open('speech.raw', 'rb').read(3200)\n{audio}"
        "{I}ws.send('{{\"terminate_session\": true}}')\n\n\n"
        "def main():\n{I}app = websocket.WebSocketApp({url}, on_open=on_open, on_message=on_message)\n"
        "{I}app.run_forever()\n",
        "ws.send",
    ),
    "asyncio": (
        "import asyncio\n\nimport websockets\n",
        "def on_message(ws, raw):\n{I}{m} = json.loads(raw)\n{handle}\n\n"
        "async def main():\n{I}async with websockets.connect({url}) as ws:\n"
        "{I}{I}pcm = open('speech.raw', 'rb').read(3200)\n"
        '{audio2}{I}{I}await ws.send(json.dumps({{"terminate_session": True}}))\n{I}{I}async for raw in ws:\n'
        "{I}{I}{I}on_message(ws, raw)\n",
        "await ws.send",
    ),
    "socket": (
        "from websocket import create_connection\n",
        "def on_message(ws, raw):\n{I}{m} = json.loads(raw)\n{handle}\n\n"
        "def main():\n{I}ws = create_connection({url})\n{I}pcm = open('speech.raw', 'rb').read(3200)\n{audio}"
        '{I}ws.send(json.dumps({{"terminate_session": True}}))\n{I}while raw := ws.recv():\n{I}{I}on_message(ws, raw)\n'
        "{I}ws.close()\n",
        "ws.send",
    ),
    "aiohttp": (
        "import aiohttp\n",
        "def on_message(ws, raw):\n{I}{m} = json.loads(raw)\n{handle}\n\n"
        "async def main():\n{I}async with aiohttp.ClientSession() as session:\n"
        "{I}{I}async with session.ws_connect({url}) as ws:\n"
        "{I}{I}{I}pcm = open('speech.raw', 'rb').read(3200)\n{audio3}"
        '{I}{I}{I}await ws.send_str(json.dumps({{"terminate_session": True}}))\n{I}{I}{I}async for message in ws:\n'
        "{I}{I}{I}{I}on_message(ws, message.data)\n",
        "await ws.send_str",
    ),
}

#: Code beside the socket that has the same words, comments, and spacing of its own.
NOISE = (
    "# 3 “texts”, and a tab:\tnothing to see here\n",
    "caption = {'text':   'ready' , 'confidence':1.0}   # the program's own\nprint( caption ['text'] )\n",
    "def session_id(order):\n{I}'''Return the text of an order.'''\n"
    "{I}return order['text'] or order.get(\n{I}{I}'session_id',  # ours\n{I})\n",
    "class Caption:\n{I}text = ''\n\n{I}# words of the user\n{I}def show(self): print(self.text); return self\n",
    "if True:\n{I}pass\n\n\n\nelse:\n{I}words = [\n{I}{I}'a',\n\n{I}{I}'b',\n{I}]\n",
    "x = (1,\n     2)  ;  y = {  }\n",
)


@dataclass(frozen=True)
class Generated:
    """A program, and what must come through its migration unharmed.

    Attributes:
        noise: pieces of text that have nothing to do with the socket.
    """

    source: str
    noise: tuple[str, ...]
    newline: str


class Choice(Protocol):
    """Where the choices come from: hypothesis, which makes failures small, or `random.Random`, which is fast."""

    def choice(self, among: Sequence[T]) -> T:
        """Return one of them."""

    def some(self, among: Sequence[T], most: int) -> list[T]:
        """Return up to `most` different ones."""


class _Drawn:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def choice(self, among: Sequence[T]) -> T:
        return self._draw(st.sampled_from(among))

    def some(self, among: Sequence[T], most: int) -> list[T]:
        return self._draw(st.lists(st.sampled_from(among), max_size=most, unique=True))


@st.composite
def programs(draw: st.DrawFn, host: str = VENDOR, transports: Sequence[str] = tuple(TRANSPORTS)) -> Generated:
    """Draw a program that speaks v2 to `host`, over one of some transports."""
    return program(_Drawn(draw), host, transports)


def program(among: Choice, host: str = VENDOR, transports: Sequence[str] = tuple(TRANSPORTS)) -> Generated:
    """Put a program together that speaks v2 to `host`, over one of some transports."""
    indent = among.choice(["    ", "  ", "   ", "\t"])
    newline = among.choice(["\n", "\r\n"])
    before, url = among.choice(sorted(ENDPOINTS.values()))
    helpers, handle = among.choice(sorted(MESSAGES.values()))
    imports, frame, send = TRANSPORTS[among.choice(transports)]
    audio = among.choice(sorted(AUDIO.values()))
    names = {"I": indent, "m": among.choice(["data", "event", "réponse"]), "host": host}
    noise = [piece.replace("{I}", indent) for piece in among.some(NOISE, 3)]
    steps = audio.format(send=send, a="pcm")
    body = frame.format(
        **names,
        url=url.format(**names),
        handle=_indented(handle.format(**names), indent),
        audio=_indented(steps, indent),
        audio2=_indented(steps, indent * 2),
        audio3=_indented(steps, indent * 3),
    )
    pieces = ["import base64\nimport json\n" + imports, before.format(**names), helpers.format(**names), *noise, body]
    source = "\n".join(piece for piece in pieces if piece)
    if among.choice([False, True]):
        source = source.rstrip("\n")
    return Generated(
        source.replace("\n", newline), tuple(piece.strip("\n").replace("\n", newline) for piece in noise), newline
    )


def _indented(code: str, indent: str) -> str:
    return "".join(indent + line for line in code.splitlines(keepends=True))

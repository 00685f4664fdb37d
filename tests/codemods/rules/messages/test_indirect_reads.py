"""V3M322, V3M324, V3M328: reads that are not written as reads are told, and where messages go as they are."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

HEAD = """\
import json
import re
from operator import itemgetter
from string import Template

import websocket
import websockets

text_of = itemgetter("text")
PATTERN = re.compile(r'"text":\\s*"([^"]*)"')
TEMPLATE = Template("$text ($session_id)")
"""
V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
PROGRAMS = {
    "callback": HEAD
    + "\n\ndef on_message(ws, raw):\n    event = json.loads(raw)\n    {use}\n\n\n"
    + f'websocket.WebSocketApp("{V2}", on_message=on_message)\n',
    "loop": HEAD
    + f'\nws = websocket.create_connection("{V2}")\nwhile True:\n    raw = ws.recv()\n    event = json.loads(raw)\n'
    + "    {use}\n",
    "class": HEAD
    + "\n\nclass Bot:\n    async def run(self):\n"
    + f'        async with websockets.connect("{V2}") as ws:\n            async for raw in ws:\n'
    + "                self.take(raw)\n\n"
    + "    def take(self, raw):\n        event = json.loads(raw)\n        {use}\n",
}
READS = {
    "itemgetter": ("print(text_of(event))", "text is transcript"),
    "itemgetter in place": ('print(itemgetter("session_id", "confidence")(event))', "v3 has no confidence"),
    "itemgetter as key": ("print(max([event], key=text_of))", "text is transcript"),
    "itemgetter mapped": ("print(list(map(text_of, [event])))", "text is transcript"),
    "get by a name": ('get = event.get; print(get("text"))', "text is transcript"),
    "get mapped": ('print(list(map(event.get, ("session_id", "expires_at"))))', "session_id is id"),
    "format_map": ('print("{text!r}".format_map(event))', "text is transcript"),
    "percent": ('print("%(text)s" % event)', "text is transcript"),
    "Template": ("print(TEMPLATE.substitute(event))", "session_id is id"),
    "Template in place": ('print(Template("${text}").safe_substitute(event))', "text is transcript"),
    "compiled pattern": ("print(PATTERN.search(raw))", "text is transcript"),
    "pattern": ('print(re.findall(\'"message_type": "(.*)"\', raw))', "message_type is type"),
    "split": ("print(raw.split('\"text\": ')[1])", "text is transcript"),
    "substring": ("print('\"text\"' in raw)", "text is transcript"),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize(("use", "said"), READS.values(), ids=READS)
def test_a_read_in_another_form_is_told(program: str, use: str, said: str) -> None:
    result = migrate(program.replace("{use}", use))
    assert any(said in message for message in result.left("V3M328"))


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("use", [use for use, _ in READS.values()], ids=READS)
def test_in_a_program_for_v3_it_is_not(program: str, use: str) -> None:
    v3 = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000"
    source = program.replace("{use}", use).replace(V2, v3)
    result = migrate(source)
    assert (result.text, result.findings) == (source, ())


@pytest.mark.parametrize(
    "read",
    [
        'sorted([event], key=lambda item: item["text"])',
        'max([event], key=lambda item: item.get("text", ""))',
        'list(map(lambda item: item["text"], [event]))',
    ],
)
def test_a_function_given_as_a_key_reads_messages(read: str) -> None:
    result = migrate(PROGRAMS["loop"].replace("{use}", f"print({read})"))
    assert '"text"]' not in result.text.split("recv")[1].replace('word["text"]', "")


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ('open("log", "a").write(raw + "\\n")', "writes a server message"),
        ('json.dump(event, open("log", "a"))', "writes a server message"),
        ("browser.send(raw)", "hands a server message on"),
    ],
)
def test_where_a_message_goes_as_it_is_is_told(use: str, said: str) -> None:
    result = migrate(
        PROGRAMS["callback"].replace("{use}", use).replace("PATTERN =", "from web import browser\nPATTERN =")
    )
    assert said in result.left("V3M322")[0]


def test_methods_named_after_types_are_told_with_the_call() -> None:
    source = PROGRAMS["class"].replace("{use}", 'getattr(self, "on_" + event["message_type"])(event)')
    methods = (
        '\n    def on_FinalTranscript(self, event):\n        print(event["text"])\n\n'
        "    def off_FinalTranscript(self):\n        pass\n"
    )
    told = migrate(source + methods).left("V3M324")
    assert ["nothing calls this" in message for message in told] == [False, True]

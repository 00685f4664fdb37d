"""Query parameters in every form in which a URL's query is written (V3M102, V3M103, V3M105)."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate, migrate_all

V2 = "wss://api.assemblyai.com/v2/realtime/ws"
V3 = "wss://streaming.assemblyai.com/v3/ws"
NEEDED = "speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'"{V2}?boost_param=high&sample_rate=8000"', f'"{V3}?sample_rate=8000&{NEEDED}"'),
        (f'"{V2}?sample_rate=8000&boost_param=high"', f'"{V3}?sample_rate=8000&{NEEDED}"'),
        (f'"{V2}?boost_param=high"', f'"{V3}?{NEEDED}"'),
        (f'"{V2}" "?sample_rate=8000" "&boost_param=low"', f'"{V3}" "?sample_rate=8000&{NEEDED}"'),
        (f'f"{V2}?boost_param={{level}}&sample_rate={{rate}}"', f'f"{V3}?sample_rate={{rate}}&{NEEDED}"'),
        (f'f"{V2}?sample_rate={{rate}}&boost_param={{level}}"', f'f"{V3}?sample_rate={{rate}}&{NEEDED}"'),
        (f'"{V2}?word_boost=%5B%22Orca%22%5D"', f'"{V3}?keyterms_prompt=%5B%22Orca%22%5D&{NEEDED}"'),
        (f'"{V2}?sample_rate=%d&word_boost=%s" % pair', f'"{V3}?sample_rate=%d&keyterms_prompt=%s&{NEEDED}" % pair'),
        (f'"{V2}?disable_partial_transcripts=false"', f'"{V3}?{NEEDED}"'),
        (
            f'"{V2}?end_utterance_silence_threshold=300"',
            f'"{V3}?end_of_turn_confidence_threshold=1&max_turn_silence=300&{NEEDED}"',
        ),
    ],
)
def test_in_the_text_of_the_url(before: str, after: str) -> None:
    program = "import websocket\n\nrate, level, pair = setup()\nws = websocket.create_connection({})\n"
    assert migrate(program.format(before)).text == program.format(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '{"sample_rate": 8000, "boost_param": "high", "word_boost": json.dumps(words)}',
            '{"sample_rate": 8000, "keyterms_prompt": json.dumps(words), NEW}',
        ),
        ('{"sample_rate": 8000, "enable_extra_session_information": True}', '{"sample_rate": 8000, NEW}'),
        (
            'dict(sample_rate=8000, boost_param="low")',
            'dict(sample_rate=8000, speech_model="universal-streaming-english", format_turns="true", '
            "inactivity_timeout=300)",
        ),
        (
            '[("sample_rate", 8000), ("boost_param", "low")]',
            '[("sample_rate", 8000), ("speech_model", "universal-streaming-english"), ("format_turns", "true"), '
            '("inactivity_timeout", 300)]',
        ),
        (
            '{"end_utterance_silence_threshold": 500}',
            '{"max_turn_silence": 500, NEW, "end_of_turn_confidence_threshold": 1}',
        ),
        (
            '[("end_utterance_silence_threshold", 500)]',
            '[("max_turn_silence", 500), ("speech_model", "universal-streaming-english"), ("format_turns", "true"), '
            '("inactivity_timeout", 300), ("end_of_turn_confidence_threshold", 1)]',
        ),
    ],
)
def test_in_a_mapping_that_is_encoded(before: str, after: str) -> None:
    program = (
        "import json\nimport websocket\nfrom urllib.parse import urlencode\n\nwords = load()\nparams = {}\n"
        'ws = websocket.create_connection("{}?" + urlencode(params))\n'
    )
    new = '"speech_model": "universal-streaming-english", "format_turns": "true", "inactivity_timeout": 300'
    assert migrate(program.format(before, V2)).text == program.format(after.replace("NEW", new), V3)


def test_entries_stored_later() -> None:
    result = migrate(
        "import json\nimport websockets\nfrom urllib.parse import urlencode\n\n\nclass Client:\n"
        "    def __init__(self, words):\n"
        '        self.params = {"sample_rate": 16000}\n'
        "        if words:\n"
        '            self.params["word_boost"] = json.dumps(words)\n'
        '        self.params["boost_param"] = "high"\n'
        "        self.params.update(end_utterance_silence_threshold=700)\n"
        '        self.params["end_utterance_silence_threshold"] = 900\n\n'
        "    async def run(self):\n"
        f'        async with websockets.connect(f"{V2}?{{urlencode(self.params)}}") as ws:\n'
        "            await ws.recv()\n"
    )
    assert 'self.params["keyterms_prompt"] = json.dumps(words)' in result.text
    assert "boost_param" not in result.text
    assert "self.params.update(max_turn_silence=700, end_of_turn_confidence_threshold=1)" in result.text
    assert (
        '        self.params["end_of_turn_confidence_threshold"] = 1\n        self.params["max_turn_silence"] = 900\n'
        in result.text
    )
    assert "utterance" not in result.text


def test_parameters_of_another_module_and_of_aiohttp() -> None:
    result = migrate_all(
        {
            "settings.py": 'PARAMS = {"sample_rate": "16000", "boost_param": "high"}\n',
            "app.py": "import aiohttp\n\nfrom settings import PARAMS\n\n\nasync def main():\n"
            "    async with aiohttp.ClientSession() as session:\n"
            f'        async with session.ws_connect("{V2}", params=PARAMS) as ws:\n'
            "            await ws.receive()\n",
        }
    )
    assert result["settings.py"].text == (
        'PARAMS = {"sample_rate": "16000", "speech_model": "universal-streaming-english", '
        '"format_turns": "true", "inactivity_timeout": "300"}\n'
    )
    assert f'session.ws_connect("{V3}", params=PARAMS)' in result["app.py"].text


def test_a_placeholder_that_counts_is_left_and_reported() -> None:
    source = f'import websocket\n\nws = websocket.create_connection("{V2}?sample_rate=%d&boost_param=%s" % pair)\n'
    result = migrate(source)
    assert "&boost_param=%s" in result.text
    assert len(result.left("V3M102")) == 1


def boosted(value: str) -> list[str]:
    return migrate(
        "import json\nimport websocket\nfrom urllib.parse import urlencode\n\n"
        f'params = {{"word_boost": {value}}}\n'
        f'ws = websocket.create_connection("{V2}?" + urlencode(params))\n'
    ).left("V3M102")


def test_boosted_words_that_v3_would_refuse_are_said() -> None:
    assert boosted('json.dumps(["Orca"])') == []
    assert boosted("json.dumps(load())") == []
    assert "json.dumps" in boosted('["Orca", "Kestrel"]')[0]
    assert "101" in boosted(f"json.dumps({[f'term {i}' for i in range(101)]!r})")[0]
    assert boosted(f"json.dumps({[f'term {i}' for i in range(100)]!r})") == []
    assert "over 50 characters" in boosted(f"json.dumps([{'x' * 51!r}])")[0]
    assert boosted(f"json.dumps([{'x' * 50!r}])") == []


@pytest.mark.parametrize(
    "query", ['"end_utterance_silence_threshold=700"', 'urlencode({"end_utterance_silence_threshold": 700})']
)
def test_models_of_the_u3_family_get_no_threshold_of_confidence(query: str) -> None:
    source = f'import websocket\nfrom urllib.parse import urlencode\n\nwebsocket.create_connection("{V2}?" + {query})\n'
    text = migrate(source, Options(speech_model="universal-3-6-pro")).text
    assert "max_turn_silence" in text
    assert "end_of_turn_confidence_threshold" not in text
    assert "format_turns" not in text
    assert "end_of_turn_confidence_threshold" in migrate(source).text


@pytest.mark.parametrize("name", ["language_code", "punctuate", "endpointing", "model", "speaker_labels", "made_up"])
def test_parameters_v2_never_had(name: str) -> None:
    result = migrate(f'import websocket\n\nws = websocket.create_connection("{V2}?sample_rate=8000&{name}=x")\n')
    (message,) = result.left("V3M103")
    assert repr(name) in message
    assert f"&{name}=x" in result.text


@pytest.mark.parametrize("name", ["sample_rate", "encoding", "token", "word_boost", "boost_param"])
def test_parameters_v2_had_are_not_reported(name: str) -> None:
    result = migrate(f'import websocket\n\nws = websocket.create_connection("{V2}?{name}=x")\n')
    assert result.left("V3M103") == []


def reader(body: str, value: str = "true") -> str:
    return (
        "import json\nimport websocket\n\n"
        f"{body}\n\n"
        f'URL = "{V2}?sample_rate=8000&disable_partial_transcripts={value}"\n'
        "ws = websocket.WebSocketApp(URL, on_message=on_message)\n"
    )


SKIP = (
    '    if event.get("type") == "Turn" and not (event["end_of_turn"] and event["turn_is_formatted"]):\n'
    "        return\n"
)


@pytest.mark.parametrize(
    "use",
    [
        'print(event["text"])',
        "show(event)",
        'for word in event["words"]:\n        print(word)',
        'if event["message_type"] != "SessionBegins":\n        print(event["text"])',
        'if event["message_type"] in ("PartialTranscript", "FinalTranscript"):\n        print(event["text"])',
    ],
)
def test_partials_are_skipped_where_the_program_takes_every_transcript(use: str) -> None:
    result = migrate(reader(f"def on_message(ws, raw):\n    event = json.loads(raw)\n    {use}\n"))
    assert f"    event = json.loads(raw)\n{SKIP}" in result.text
    assert result.left("V3M105") == []


@pytest.mark.parametrize(
    "use",
    [
        'if event["message_type"] == "FinalTranscript":\n        print(event["text"])',
        'if event["message_type"] == "PartialTranscript":\n        return\n    print(event["text"])',
        'if event["message_type"] != "FinalTranscript":\n        return\n    show(event)',
        'if event["message_type"] == "SessionBegins":\n        print(event["session_id"], event["expires_at"])',
    ],
)
def test_programs_that_tell_finals_from_partials_need_no_filter(use: str) -> None:
    result = migrate(reader(f"def on_message(ws, raw):\n    event = json.loads(raw)\n    {use}\n"))
    assert "disable_partial" not in result.text
    assert result.fixed("V3M105") == result.left("V3M105") == []


def test_partials_without_a_place_for_a_filter_are_left_to_a_person() -> None:
    result = migrate(reader('def on_message(ws, raw):\n    print(json.loads(raw)["text"])\n'))
    assert len(result.left("V3M105")) == 1
    result = migrate(reader('def on_message(ws, raw):\n    event = json.loads(raw)\n    return event["text"]\n'))
    assert len(result.left("V3M105")) == 1


def test_partials_that_were_not_switched_off_pass() -> None:
    body = 'def on_message(ws, raw):\n    event = json.loads(raw)\n    print(event["text"])\n'
    result = migrate(reader(body, "false"))
    assert "return" not in result.text
    assert result.left("V3M105") == []


def test_partials_behind_a_switch_are_reported() -> None:
    source = reader('def on_message(ws, raw):\n    event = json.loads(raw)\n    print(event["text"])\n', "{flag}")
    result = migrate(source.replace('URL = "', "flag = load()\n" + 'URL = f"'))
    assert "disable_partial" not in result.text
    assert len(result.left("V3M105")) == 1


def test_a_value_joined_to_the_url_keeps_its_name() -> None:
    source = (
        "import sys\nimport websocket\n\n"
        'url = "wss://api.assemblyai.com/v2/realtime/ws?enable_extra_session_information=" + sys.argv[1]\n'
        "ws = websocket.create_connection(url)\n"
    )
    result = migrate(source)
    assert 'enable_extra_session_information=" + sys.argv[1]' in result.text
    assert len(result.left("V3M102")) == 1

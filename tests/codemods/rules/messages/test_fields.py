"""V3M303: the text of a message, whole; where a missing key means something, it goes on missing."""

from __future__ import annotations

import re

import pytest

from tests.codemods.listening import FINALS, VARIANTS, hear
from tests.codemods.programs import migrate

PROGRAM = """\
import json
from contextlib import suppress

import websocket


def on_message(ws, raw):
    event = json.loads(raw)
    {body}


if __name__ == "__main__":
    url = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000{query}"
    websocket.WebSocketApp(url, on_message=on_message)
"""


def program(body: str, query: str = "") -> str:
    return PROGRAM.format(body=body.replace("\n", "\n    "), query=query)


def plain(text: str) -> str:
    return re.sub(r"[^a-z ]", "", text.lower())


CAPTIONS = {
    "partials only": 'if event["message_type"] == "PartialTranscript":\n    print(event["text"])',
    "with a test for text": (
        'kind = event["message_type"]\nif kind == "PartialTranscript":\n    if event["text"] != "":\n'
        '        print("caption:", event["text"])'
    ),
    "whatever comes": 'if event.get("text"):\n    print(event["text"])',
    "in a variable": 'text = event.get("text", "")\nif text:\n    print(f"{text}")',
    "behind a length": 'text = event["text"] if "text" in event else ""\nif len(text) > 0:\n    print(text)',
    "in an else": (
        'if event["message_type"] == "FinalTranscript":\n    pass\n'
        'elif event["message_type"] == "PartialTranscript":\n    print(event["text"].strip())'
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("body", CAPTIONS.values(), ids=CAPTIONS)
def test_a_partial_shows_every_word_heard(body: str, variant: object) -> None:
    after = migrate(program(body)).text
    before_last = [plain(final).rsplit(" ", 1)[0] for final in FINALS]
    shown = plain(hear(after, variant))  # type: ignore[arg-type]
    # all words but the last are heard before a sentence is over; `transcript` alone has all but two of them
    if variant is not VARIANTS[2]:  # that one has few partials
        assert all(words in shown for words in before_last)
    assert "join" in after or '["words"]' in after


@pytest.mark.parametrize(
    "body",
    [
        'if event["message_type"] == "FinalTranscript":\n    print(event["text"])',
        'text = event.get("text")\nif text and event["message_type"] == "FinalTranscript":\n    print(text)',
        'if event["message_type"] == "PartialTranscript":\n    return\nif event.get("text"):\n    print(event["text"])',
        'handlers = {"FinalTranscript": show}\nif event["message_type"] in handlers:\n'
        '    handlers[event["message_type"]](event)',
    ],
)
def test_a_final_is_its_transcript(body: str) -> None:
    source = program(body).replace("def on_message", 'def show(event):\n    print(event["text"])\n\n\ndef on_message')
    after = migrate(source if "show" in body else program(body)).text
    assert "transcript" in after and "words" not in after


def test_partials_that_were_switched_off_are_not_put_together() -> None:
    after = migrate(
        program('if event.get("text"):\n    print(event["text"])', "&disable_partial_transcripts=true")
    ).text
    assert "words" not in after


MISSING_KEY = {
    "KeyError": 'try:\n    print(event["text"])\nexcept KeyError:\n    print("control")',
    "among others": 'try:\n    print(event["text"])\nexcept (TypeError, KeyError):\n    print("control")',
    "LookupError": 'try:\n    text = event["text"]\nexcept LookupError:\n    print("control")\nelse:\n    print(text)',
    "suppress": 'with suppress(KeyError):\n    print(event["text"])\n    return\nprint("control")',
    "in the caller": 'try:\n    print(shown(event))\nexcept KeyError:\n    print("control")',
}


@pytest.mark.parametrize("body", MISSING_KEY.values(), ids=MISSING_KEY)
def test_a_key_error_that_tells_messages_apart_is_raised_still(body: str) -> None:
    source = program(body).replace("def on_message", 'def shown(event):\n    return event["text"]\n\n\ndef on_message')
    printed = hear(source, None)
    assert printed.count("control") == 3
    for variant in VARIANTS:
        shown = hear(migrate(source).text, variant)
        assert "\n\n" not in shown
        assert shown.startswith("control\n") and shown.endswith("control\n")


def test_a_handler_for_every_error_gets_no_new_ones() -> None:
    source = program('try:\n    print(event["text"])\nexcept Exception:\n    assert False')
    for variant in VARIANTS:
        hear(migrate(source).text, variant)


@pytest.mark.parametrize(
    "read",
    [
        'text = event.get("text")\nif text is None:\n    print("control")\nelse:\n    print(text)',
        'print(event.get("text", "control"))',
        'print("control" if event.get("text") is None else event["text"])',
    ],
)
def test_a_default_that_tells_messages_apart_stays_and_is_told(read: str) -> None:
    result = migrate(program(read))
    assert "join those of `words`" in result.left("V3M303")[0]
    assert "control" in hear(result.text, VARIANTS[0])

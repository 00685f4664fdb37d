"""V3M103: what to do about a parameter that v2 never had; a key goes into the header."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate

NEEDED = "speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
V2 = "wss://api.assemblyai.com/v2/realtime/ws"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f'import websocket\n\nws = websocket.create_connection(f"{V2}?sample_rate=8000&api_key={{KEY}}")\n',
            'assemblyai.com/v3/ws?sample_rate=8000&{needed}", header={{"Authorization": KEY}})',
        ),
        (
            f'import websocket\n\nURL = "{V2}?sample_rate=8000"\n'
            'ws = websocket.create_connection(f"{URL}&auth_key={KEY}")\n',
            'create_connection(URL, header={{"Authorization": KEY}})',
        ),
        (
            "import aiohttp\n\n\nclass Bot:\n    async def open(self, session):\n"
            f'        self.ws = await session.ws_connect(f"{V2}?key={{self.key}}&sample_rate=8000", heartbeat=5)\n',
            'sample_rate=8000&{needed}", heartbeat=5, headers={{"Authorization": self.key}})',
        ),
        (
            f'import websocket\n\napp = websocket.WebSocketApp("{V2}?sample_rate=8000&apikey=abc", on_message=print)\n',
            'on_message=print, header={{"Authorization": "abc"}})',
        ),
    ],
)
def test_a_key_in_the_url_goes_into_the_header(before: str, after: str) -> None:
    result = migrate(f"KEY = input()\n{before}")
    assert after.format(
        needed="speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
    ) in result.text.replace('f"', '"')
    assert [finding for finding in result.findings if not finding.fixed] == []


@pytest.mark.parametrize(
    ("before", "name"),
    [
        (f'import websockets\n\nwebsockets.connect(f"{V2}?sample_rate=8000&auth_key={{KEY}}")\n', "additional_headers"),
        (
            f'import websocket\n\nwebsocket.create_connection(f"{V2}?sample_rate=1&auth_key={{KEY}}", header=OTHERS)\n',
            "header",
        ),
        (
            f'import websocket\n\nURL = f"{V2}?sample_rate=8000&auth_key={{KEY}}"\nwebsocket.create_connection(URL)\n',
            "header",
        ),
    ],
)
def test_where_the_key_goes_is_said_where_it_cannot_be_moved(before: str, name: str) -> None:
    (message,) = migrate(f"KEY = input()\n{before}").left("V3M103")
    assert f'v3 takes it as {name}={{"Authorization": key}}' in message


@pytest.mark.parametrize(
    ("name", "model", "words"),
    [
        ("redact_pii", "universal-streaming-english", "now takes effect (personal data masked, and no partials)"),
        ("speaker_labels", "universal-3-6-pro", "now takes effect (who speaks)"),
        ("prompt", "universal-streaming-english", "v3 ends the session for it (3006)"),
        ("prompt", "universal-3-6-pro", "now takes effect (instructions for the model)"),
        ("interruption_delay", "universal-streaming-english", "neither has v3, which ignores it"),
        ("made_up", "universal-3-6-pro", "neither has v3, which ignores it"),
    ],
)
def test_a_name_that_v3_knows_may_take_effect_now(name: str, model: str, words: str) -> None:
    source = f'import websocket\n\nws = websocket.create_connection("{V2}?sample_rate=8000&{name}=true")\n'
    (message,) = migrate(source, Options(speech_model=model)).left("V3M103")
    assert words in message

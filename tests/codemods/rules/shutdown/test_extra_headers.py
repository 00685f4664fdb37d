"""Headers of the connection: their keyword (V3M504) and the key's form (V3M106)."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import Migrated, migrate

V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000"


def connected(requirements: dict[str, str], connect: str = "websockets.connect") -> Migrated:
    head, name = connect.rsplit(".", 1)
    return migrate(
        f'from {head} import {name}\n\nws = {name}("{V2}", extra_headers={{"Authorization": KEY}})\n',
        Options(todo=False, select=("V3M1", "V3M504"), requirements=requirements),
    )


@pytest.mark.parametrize("specifier", ["==14.0", "~=15.0.1", ">=14", ">=14.1,<16", "===15.0", ">14.0"])
def test_renamed_where_the_project_needs_a_new_version(specifier: str) -> None:
    result = connected({"websockets": specifier})
    assert 'additional_headers={"Authorization": KEY}' in result.text
    assert len(result.fixed("V3M504")) == 1


@pytest.mark.parametrize("requirements", [{}, {"websockets": ""}, {"websockets": ">=10.4"}, {"websockets": "!=13.0"}])
def test_said_where_a_new_version_may_be_installed(requirements: dict[str, str]) -> None:
    result = connected(requirements)
    assert "extra_headers=" in result.text
    (message,) = result.left("V3M504")
    assert "additional_headers" in message
    assert "websockets<14" in message


@pytest.mark.parametrize("specifier", ["==10.4", "<14", ">=10,<13", "~=12.0", "<=13.1"])
def test_silent_where_the_old_version_is_pinned(specifier: str) -> None:
    result = connected({"websockets": specifier})
    assert "extra_headers=" in result.text
    assert result.left("V3M504") == result.fixed("V3M504") == []


@pytest.mark.parametrize("connect", ["websockets.legacy.client.connect", "websockets.asyncio.client.connect"])
def test_clients_with_one_name_in_every_version(connect: str) -> None:
    assert connected({}, connect).left("V3M504") == []


@pytest.mark.parametrize(
    "headers",
    [
        '{"Authorization": f"Bearer {KEY}"}',
        '{"Authorization": "Bearer " + KEY}',
        '[f"Authorization: Bearer {KEY}"]',
        '(("Authorization", "Bearer {}".format(KEY)),)',
        'dict(Authorization=f"Bearer {KEY}")',
    ],
)
def test_bearer(headers: str) -> None:
    source = f'import websocket\n\nHEADERS = {headers}\nws = websocket.create_connection("{V2}", header=HEADERS)\n'
    result = migrate(source)
    assert len(result.left("V3M106")) == 1
    assert headers in result.text


def test_bearer_of_somebody_else() -> None:
    result = migrate(
        "import websocket\n\n"
        f'ws = websocket.create_connection("{V2}", header={{"Authorization": KEY}})\n'
        'other = websocket.create_connection("wss://api.example.com/ws", header={"Authorization": f"Bearer {KEY}"})\n'
        'print("Bearer of bad news")\n'
    )
    assert result.left("V3M106") == []


def test_bearer_on_the_token_request() -> None:
    result = migrate(
        "import requests\n\n"
        'requests.post("https://api.assemblyai.com/v2/realtime/token", headers={"Authorization": f"Bearer {KEY}"}, '
        'json={"expires_in": 60})\n'
    )
    assert len(result.left("V3M106")) == 1

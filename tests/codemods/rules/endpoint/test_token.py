"""The temporary-token request, with every HTTP client (V3M104)."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate, migrate_all

V2 = "https://api.assemblyai.com/v2/realtime/token"
V3 = "https://streaming.assemblyai.com/v3/token"
HOUR = '{"expires_in_seconds": 600, "max_session_duration_seconds": 3600}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('requests.post(URL, headers=h, json={"expires_in": 3600})', f"requests.get(URL, headers=h, params={HOUR})"),
        ('requests.post(url=URL, json={"expires_in": 60 * 60})', f"requests.get(url=URL, params={HOUR})"),
        ('requests.post(URL, {"expires_in": 3600}, headers=h)', f"requests.get(URL, params={HOUR}, headers=h)"),
        ("requests.post(URL, data='{\"expires_in\": 3600}')", f"requests.get(URL, params={HOUR})"),
        ('requests.Session().post(URL, json={"expires_in": 3600})', f"requests.Session().get(URL, params={HOUR})"),
        ('requests.request("POST", URL, json={"expires_in": 3600})', f'requests.request("GET", URL, params={HOUR})'),
        ('httpx.post(URL, json={"expires_in": 3600}, timeout=5)', f"httpx.get(URL, params={HOUR}, timeout=5)"),
        ('httpx.Client().post(URL, json={"expires_in": 3600})', f"httpx.Client().get(URL, params={HOUR})"),
        ('client.post(URL, json={"expires_in": 3600})', f"client.get(URL, params={HOUR})"),
        ("requests.post(URL, headers=h)", 'requests.get(URL, headers=h, params={"expires_in_seconds": 60})'),
        (
            "requests.post(URL, json=dict(expires_in=3600))",
            "requests.get(URL, params=dict(expires_in_seconds=600, max_session_duration_seconds=3600))",
        ),
    ],
)
def test_post_becomes_get(before: str, after: str) -> None:
    program = "import httpx\nimport requests\n\nURL = '{}'\nh, client = setup()\nreply = {}\n"
    result = migrate(program.format(V2, before))
    assert result.text == program.format(V3, after)
    assert any("max_session_duration_seconds is how long" in message for message in result.fixed("V3M104"))


@pytest.mark.parametrize(
    ("seconds", "expires", "session"),
    [
        ("30", "30", "60"),
        ("60", "60", "60"),
        ("600", "600", "600"),
        ("601", "600", "601"),
        ("360_000", "600", "10800"),
        ("ttl", "min(ttl, 600)", "min(max(ttl, 60), 10800)"),
        ("self.ttl", "min(self.ttl, 600)", "min(max(self.ttl, 60), 10800)"),
        ("int(os.getenv('TTL'))", "min(int(os.getenv('TTL')), 600)", "min(max(int(os.getenv('TTL')), 60), 10800)"),
    ],
)
def test_limits(seconds: str, expires: str, session: str) -> None:
    result = migrate(f'import requests\n\nrequests.post("{V2}", json={{"expires_in": {seconds}}})\n')
    wanted = f'params={{"expires_in_seconds": {expires}, "max_session_duration_seconds": {session}}}'
    assert result.text == f'import requests\n\nrequests.get("{V3}", {wanted})\n'


def test_a_number_that_cannot_be_evaluated_twice_is_left_to_a_person() -> None:
    source = f'import requests\n\nrequests.post("{V2}", json={{"expires_in": next(lengths)}})\n'
    result = migrate(source)
    assert result.text == source
    assert len(result.left("V3M104")) == 1


def test_body_kept_in_a_variable_and_encoded() -> None:
    result = migrate(
        "import json\nimport requests\n\n\ndef token(seconds=3600):\n"
        '    body = {"expires_in": seconds}\n'
        f'    return requests.post("{V2}", data=json.dumps(body)).json()["token"]\n'
    )
    assert result.text == (
        "import requests\n\n\ndef token(seconds=3600):\n"
        '    body = {"expires_in_seconds": min(seconds, 600), '
        '"max_session_duration_seconds": min(max(seconds, 60), 10800)}\n'
        f'    return requests.get("{V3}", params=body).json()["token"]\n'
    )


def test_body_filled_later_with_an_aiohttp_session() -> None:
    result = migrate(
        "async def token(session):\n    body = {}\n    body['expires_in'] = 3600\n"
        f"    async with session.post('{V2}', json=body) as response:\n"
        "        return (await response.json())['token']\n"
    )
    assert result.text == (
        "async def token(session):\n    body = {}\n    body['expires_in_seconds'] = 600\n"
        "    body['max_session_duration_seconds'] = 3600\n"
        f"    async with session.get('{V3}', params=body) as response:\n"
        "        return (await response.json())['token']\n"
    )


def test_urllib() -> None:
    result = migrate(
        "import json\nimport urllib.request\n\n\ndef ask(key):\n"
        "    request = urllib.request.Request(\n"
        f'        "{V2}",\n'
        '        data=json.dumps({"expires_in": 3600}).encode("utf-8"),\n'
        '        headers={"authorization": key},\n'
        '        method="POST",\n'
        "    )\n    return urllib.request.urlopen(request)\n"
    )
    assert result.text == (
        "import urllib.request\nfrom urllib.parse import urlencode\n\n\ndef ask(key):\n"
        "    request = urllib.request.Request(\n"
        f'        "{V3}" + "?" + urlencode({HOUR}),\n'
        '        headers={"authorization": key},\n'
        "    )\n    return urllib.request.urlopen(request)\n"
    )


def test_a_name_imported_from_requests() -> None:
    result = migrate(f'from requests import post\n\nreply = post("{V2}", json={{"expires_in": 3600}})\n')
    assert result.text == f'from requests import get\n\nreply = get("{V3}", params={HOUR})\n'


def test_a_base_that_other_requests_need_stays() -> None:
    source = (
        "import requests\n\n\nclass Api:\n"
        '    base = "https://api.assemblyai.com/v2"\n\n'
        "    def token(self):\n"
        '        return requests.post(f"{self.base}/realtime/token", json={"expires_in": 3600})\n\n'
        "    def submit(self, body):\n"
        '        return requests.post(f"{self.base}/transcript", json=body)\n'
    )
    result = migrate(source)
    assert 'base = "https://api.assemblyai.com/v2"' in result.text
    assert f'requests.get("{V3}", params={HOUR})' in result.text
    assert 'requests.post(f"{self.base}/transcript", json=body)' in result.text


@pytest.mark.parametrize(
    ("base", "moved", "path"),
    [
        ("api.assemblyai.com/v2/realtime", "streaming.assemblyai.com/v3", "/"),
        ("api.assemblyai.com/v2/realtime/", "streaming.assemblyai.com/v3/", ""),
    ],
)
def test_a_base_shared_by_socket_and_token(base: str, moved: str, path: str) -> None:
    result = migrate(
        f'import requests\nimport websocket\n\nHOST = "{base}"\n'
        f'reply = requests.post(f"https://{{HOST}}{path}token", json={{"expires_in": 3600}})\n'
        f'ws = websocket.create_connection(f"wss://{{HOST}}{path}ws?sample_rate=8000&token={{reply}}")\n'
    )
    assert f'HOST = "{moved}"\n' in result.text
    assert f'requests.get(f"https://{{HOST}}{path}token", params={HOUR})' in result.text
    assert f'f"wss://{{HOST}}{path}ws?sample_rate=8000&token={{reply}}&speech_model=' in result.text


def test_url_in_another_module() -> None:
    result = migrate_all(
        {
            "settings.py": f'TOKEN_URL = "{V2}"\n',
            "app.py": "import requests\nimport settings\n\n"
            'requests.post(settings.TOKEN_URL, json={"expires_in": 60})\n',
        }
    )
    assert result["settings.py"].text == f'TOKEN_URL = "{V3}"\n'
    assert "requests.get(settings.TOKEN_URL, params=" in result["app.py"].text


@pytest.mark.parametrize(
    "source",
    [
        f'import subprocess\n\nsubprocess.run(["curl", "-X", "POST", "{V2}"])\n',
        'import http.client\n\nc = http.client.HTTPSConnection("api.assemblyai.com")\n'
        'c.request("POST", "/v2/realtime/token", body)\n',
        "import requests\n\n\ndef ask(url, body):\n    return requests.post(url, json=body)\n\n\n"
        f'ask("{V2}", {{"expires_in": 60}})\nask("https://example.com/log", {{}})\n',
        f'import requests\n\nrequests.post("{V2}", **options)\n',
        f'import requests\n\nrequests.post("{V2}", json=load())\n',
    ],
)
def test_requests_of_unknown_form_are_left_and_reported(source: str) -> None:
    result = migrate(source)
    assert result.text == source
    assert result.left("V3M104")


def test_europe() -> None:
    url = V2.replace("api.", "api.eu.")
    result = migrate(f'import requests\n\nrequests.post("{url}", json={{"expires_in": 60}})\n')
    assert '"https://streaming.eu.assemblyai.com/v3/token"' in result.text


WAITING = """\
import asyncio
import urllib.request

import httpx
import requests

URL = "{url}"


def token():
    {ask}


async def main():
    print({call})


asyncio.run(main())
"""
_UNLIMITED = "return requests.post(URL, headers=h)"


def limited(ask: str, call: str = "token()") -> str:
    """Return what becomes of a request that a coroutine waits for."""
    source = WAITING.format(url=V2, ask=ask, call=call)
    return migrate(source, Options(todo=False, select=("V3M104", "V3M518"))).text


@pytest.mark.parametrize(
    ("ask", "limit"),
    [
        (_UNLIMITED, '"expires_in_seconds": 60}, timeout=5)'),
        ("with requests.Session() as session:\n        return session.post(URL)", "60}, timeout=5)"),
        ("return urllib.request.urlopen(URL, b'{\"expires_in\": 60}')", "), timeout=5)"),
        ("return urllib.request.urlopen(urllib.request.Request(URL, method='POST'))", ")), timeout=5)"),
        (
            "question = urllib.request.Request(URL, method='POST')\n    return urllib.request.urlopen(question)",
            "urlopen(question, timeout=5)",
        ),
    ],
)
def test_a_request_that_a_coroutine_waits_for_has_a_time_limit(ask: str, limit: str) -> None:
    text = limited(ask)
    assert text.count("timeout") == 1
    assert limit in text


@pytest.mark.parametrize(
    ("ask", "call"),
    [
        ("return requests.post(URL, timeout=30)", "token()"),
        ("return requests.post(URL, **options)", "token()"),
        ("return httpx.post(URL)", "token()"),  # its own limit is five seconds
        ("return urllib.request.urlopen(URL, b'{\"expires_in\": 60}', 30)", "token()"),
        ("return client.post(URL)", "token()"),  # who knows what that is
        (_UNLIMITED, "1"),  # not in a coroutine: Ctrl+C gets through
    ],
)
def test_other_requests_wait_as_long_as_they_did(ask: str, call: str) -> None:
    assert "timeout=5" not in limited(ask, call)


def test_a_time_limit_stands_where_the_other_arguments_do() -> None:
    text = limited('return requests.post(\n        URL,\n        json={"expires_in": 60},\n    )')
    assert '_seconds": 60},\n        timeout=5,\n    )\n' in text

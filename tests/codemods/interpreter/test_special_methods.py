"""Special methods that Python itself calls: no source stands for the call, whatever the program names."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

CONNECT = 'ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")\n'
PROXY = """\
class Socket:
    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def __getitem__(self, key):
        return key

    def __iter__(self):
        return iter([self._inner])


"""


@pytest.mark.parametrize(
    "use",
    [
        'getattr(Socket(ws), "on {kind}")',
        'getattr(Socket(ws), "")',
        'getattr(Socket(ws), "class")',
        'getattr(Socket(ws), "spec_for_{kind}".format(kind=1))',
        'Socket(ws)["two words"]',
        "[inner for inner in Socket(ws)]",
    ],
)
def test_a_name_that_is_no_identifier_stops_nothing(use: str) -> None:
    """The URL is migrated, the use stays."""
    migrated = migrate(f"import websocket\n\n\n{PROXY}{CONNECT}{use}\n").text
    assert "v3/ws" in migrated
    assert migrated.endswith(f"{use}\n")

"""The pytest plug-in: `v3_server` is a replay server that the program under test finds by the vendor's own names.

::

    @pytest.mark.v3_recording("calls/order.jsonl", faults=["close:code=3005@3000"])
    def test_the_bot_survives(v3_server):
        bot.run()                                   # in this process, with any client library
        assert v3_server.sessions[0].terminated

A recording is named relative to the file of the test. `pytest --record-v3` makes those that are missing, with the
service itself and the program's own key.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Not before a test asks for it: the tool's import names are generic words, and belong to the program otherwise.
if TYPE_CHECKING:
    from runtime.testing import RecordingServer, TestServer

_MARKER = "v3_recording(path, *, variant, speed, faults, strict): what `v3_server` plays, and how"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option."""
    group = parser.getgroup("v3-migrate")
    group.addoption("--record-v3", action="store_true", help="make the recordings of `v3_server` that are missing")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def v3_server(request: pytest.FixtureRequest) -> Iterator[TestServer | RecordingServer]:
    """A server for this test, which plays the recording of the marker `v3_recording`."""
    from runtime.testing.server import record, serve

    marker = request.node.get_closest_marker("v3_recording")
    arguments, options = (marker.args, dict(marker.kwargs)) if marker is not None else ((), {})
    path = Path(request.path).parent / arguments[0] if arguments else None
    if path is None or path.exists():
        with serve(path, **options) as server:
            yield server
    elif request.config.getoption("--record-v3"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with record(path) as recorder:
            yield recorder
        if not path.exists():
            pytest.fail(f"no session was recorded for {path}")
    else:
        pytest.fail(f"there is no recording {path}; `pytest --record-v3` makes it, with the service and your own key")

"""Programs that look like those whose endings are rewritten (V3M5xx), where the rewrite would do harm."""

from __future__ import annotations

import pytest

from tests.codemods.test_shutdown import APP, GATHER, PYAUDIO, SWALLOWING, ended, reports, rewrites


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"from time import time\n{APP}", id="a function called time"),
        pytest.param(f'time = "12:00"\n{APP}', id="a variable called time"),
        pytest.param(APP.replace("def on_open", "def threading():\n    pass\n\n\ndef on_open"), id="threading"),
        pytest.param(GATHER.replace("async def main", "logging = None\n\n\nasync def main"), id="logging"),
        pytest.param(
            GATHER.replace(
                "async def main", "def say(text):\n    global contextlib\n    contextlib = text\n\n\nasync def main"
            ),
            id="a global that a function sets",
        ),
    ],
)
def test_a_helper_needs_the_names_of_its_libraries(source: str) -> None:
    result = ended(source)
    assert rewrites(result) == set()
    assert "V3M510" in reports(result)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(APP.replace("def on_open(ws):", "def on_open(ws):\n    time = threading.Lock()"), id="a local"),
        pytest.param(f"import time as clock\n{APP}", id="another name for it"),
        pytest.param(f"import time\n{APP}", id="the library itself"),
        pytest.param(f"from time import time\n{GATHER}", id="not needed"),
    ],
)
def test_names_that_do_not_stand_in_the_way(source: str) -> None:
    assert rewrites(ended(source)) & {"V3M501", "V3M506"}


def test_a_device_is_not_freed_by_something_else_called_atexit() -> None:
    opening = "atexit = []\naudio = pyaudio.PyAudio()\nstream = audio.open(rate=16000, input=True)"
    result = ended(PYAUDIO.format(opening=opening))
    assert "V3M512" in reports(result)
    assert "atexit.register" not in result.text


def test_an_import_further_down_is_too_late_for_what_is_put_above_it() -> None:
    late = APP.replace("import threading\n\n", "").replace(
        "\n\nws = websocket", "\n\nimport threading\n\nws = websocket"
    )
    text = ended(late).text
    assert text.index("import threading\n") < text.index("stop_event = threading.Event()")


@pytest.mark.parametrize(
    ("source", "reported"),
    [
        pytest.param('BUTTONS = ["Pause", "Terminate"]\n', True, id="a word on a button"),
        pytest.param("def stop(ws):\n    ws.send('{\"terminate_session\": true}')\n\n\n", True, id="never called"),
        pytest.param("def stop():\n    ws.send('{\"terminate_session\": true}')\n\n\n", False, id="for others to call"),
    ],
)
def test_an_end_that_is_not_seen_to_reach_the_session_is_reported(source: str, reported: bool) -> None:
    result = ended(APP.replace("def on_open", f"{source}def on_open"))
    assert ("V3M510" in reports(result)) == reported
    assert "V3M506" not in rewrites(result)  # it might be terminated twice


@pytest.mark.parametrize(
    "then",
    [
        "if sys.exc_info()[0] is KeyboardInterrupt:\n                        break\n                    print('again')",
        "if not isinstance(sys.exception(), asyncio.CancelledError):\n                        continue\n"
        "                    stop()",
    ],
)
def test_a_handler_that_tells_ctrl_c_apart_itself_stays(then: str) -> None:
    result = ended(SWALLOWING.format(then=then))
    assert "V3M513" not in rewrites(result)
    assert "except:" in result.text


@pytest.mark.parametrize(
    ("loop", "then", "stays"),
    [
        ("while running", "running = False", True),
        ("while not self.done", "self.done = True", True),
        ("while running", "running = True", False),
        ("while failures < 5", "failures += 1", False),
    ],
)
def test_a_handler_that_ends_its_loop_by_a_variable_stays(loop: str, then: str, stays: bool) -> None:
    result = ended(SWALLOWING.replace("while True", loop).format(then=then))
    assert ("V3M513" not in rewrites(result)) == stays
    assert ("except:" in result.text) == stays


def test_a_callback_with_a_default_is_reported_since_the_new_arguments_would_land_there() -> None:
    closing = 'def on_close(ws, note="bye"):\n    print(note)\n\n\nws = websocket'
    result = ended(
        APP.replace("ws = websocket", closing).replace("on_open=on_open", "on_open=on_open, on_close=on_close")
    )
    assert "V3M505" in reports(result)
    assert 'def on_close(ws, note="bye"):' in result.text


def test_new_parameters_stand_on_lines_of_their_own_where_the_others_do() -> None:
    closing = "def on_close(\n    ws,  # the app\n):\n    print(1)\n\n\nws = websocket"
    result = ended(
        APP.replace("ws = websocket", closing).replace("on_open=on_open", "on_open=on_open, on_close=on_close")
    )
    assert "def on_close(\n    ws,  # the app\n    close_status_code,\n    close_msg,\n):\n" in result.text

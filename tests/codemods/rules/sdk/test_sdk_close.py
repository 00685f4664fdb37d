"""What `on_close` did is written once, however many places end the session."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

MADE = "aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print, on_close=lambda: CLOSED)"
OF_A_CLASS = """\
import assemblyai as aai

log = []


class Desk:
    def __init__(self):
        self.calls = 0

    def open(self):
        self.line = MADE
        self.line.connect()

    def hang_up(self):
        self.line.close()

    def transfer(self):
        self.line.close()
        print("transferred")

    def fail(self, reason):
        print(reason)
        self.line.close()
"""
OF_A_SCRIPT = """\
import assemblyai as aai

log = []
line = MADE


def start():
    line.connect()


def stop():
    line.close()


def fail(reason):
    print(reason)
    line.close()
"""
OF_A_FUNCTION = """\
import assemblyai as aai


def run(log, sound):
    line = MADE
    line.connect()
    if not sound:
        line.close()
        return
    line.stream(sound)
    line.close()
"""


@pytest.mark.parametrize("does", ["log.append('the line is closed')", "print('it', 'is', 'over', log)"])
@pytest.mark.parametrize("program", [OF_A_CLASS, OF_A_SCRIPT, OF_A_FUNCTION], ids=["class", "script", "function"])
def test_a_lambda_is_kept_where_several_places_end_the_session(program: str, does: str) -> None:
    after = migrate(program.replace("MADE", MADE).replace("CLOSED", does)).text
    assert after.count(does) == 1
    assert after.count("disconnect(terminate=True)\n") == after.count("on_close()\n") == program.count(".close()")


def test_what_reads_the_object_is_kept_beside_the_client() -> None:
    after = migrate(OF_A_CLASS.replace("MADE", MADE).replace("CLOSED", "print(self.calls)")).text
    assert "        self.on_close = lambda: print(self.calls)\n" in after
    assert "        self.line.disconnect(terminate=True)\n        self.on_close()\n" in after


def test_a_method_of_that_name_is_not_hidden() -> None:
    program = OF_A_CLASS.replace("MADE", MADE).replace("CLOSED", "log.append(1)")
    after = migrate(f"{program}\n    def on_close(self):\n        print('mine')\n").text
    assert "        self.on_line_close = lambda: log.append(1)\n" in after
    assert after.count("self.on_line_close()\n") == 3


def test_a_lambda_is_written_in_the_one_place_that_ends_the_session() -> None:
    after = migrate(
        f"import assemblyai as aai\n\nlog = []\nline = {MADE}\nline.connect()\nline.close()\n".replace(
            "CLOSED", "log.append(1)"
        )
    ).text
    assert after.endswith("line.disconnect(terminate=True)\nlog.append(1)\n")


def test_functions_and_methods_are_called_by_their_names() -> None:
    program = OF_A_CLASS.replace("MADE", MADE).replace("lambda: CLOSED", "self.over")
    after = migrate(f"{program}\n    def over(self):\n        print('over')\n").text
    assert after.count("        self.line.disconnect(terminate=True)\n        self.over()\n") == 3

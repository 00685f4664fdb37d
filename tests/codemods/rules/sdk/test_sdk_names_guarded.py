"""Imports stay where they are: inside the function, the guard, the lazy property; optional stays optional."""

from __future__ import annotations

import ast

import pytest

from tests.codemods.programs import migrate, migrate_all

CLASS = """\
class Ears:
    def __init__(self, show):
        self.show = show
        self.session = None

    def on_data(self, transcript):
        if isinstance(transcript, {final}):
            self.show(transcript.text)

    def open(self):
        self.session = {made}(sample_rate=16_000, on_data=self.on_data, on_error=print)
        self.session.connect()

    def hear(self, sound):
        self.session.stream(sound)

    def close(self):
        self.session.close()
"""
PLAIN = CLASS.format(final="RealtimeFinalTranscript", made="RealtimeTranscriber")
PREFIXED = CLASS.format(final="aai.RealtimeFinalTranscript", made="aai.RealtimeTranscriber")

GUARDED = {
    "the package": f"try:\n    import assemblyai as aai\nexcept ImportError:\n    aai = None\n\n\n{PREFIXED}",
    "a flag": (
        "try:\n    import assemblyai as aai\n\n    HAVE = True\nexcept ImportError:\n    HAVE = False\n\n\n" + PREFIXED
    ),
    "the names": (
        "try:\n    from assemblyai import RealtimeFinalTranscript, RealtimeTranscriber\n"
        f"except ModuleNotFoundError:\n    RealtimeTranscriber = RealtimeFinalTranscript = None\n\n\n{PLAIN}"
    ),
    "one by one": (
        "try:\n    from assemblyai import RealtimeFinalTranscript, RealtimeTranscriber\n"
        f"except Exception:\n    RealtimeTranscriber = None\n    RealtimeFinalTranscript = None\n\n\n{PLAIN}"
    ),
    "a condition": f"import os\n\nif os.environ.get('CAPTIONS'):\n    import assemblyai as aai\n\n\n{PREFIXED}",
    "suppressed": (
        f"import contextlib\n\nwith contextlib.suppress(ImportError):\n    import assemblyai as aai\n\n\n{PREFIXED}"
    ),
}


def imported_at_top(text: str) -> list[str]:
    """Return the modules that a program imports without a condition when it starts."""
    found = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


@pytest.mark.parametrize("kind", GUARDED)
def test_an_optional_package_stays_optional(kind: str) -> None:
    found = migrate(GUARDED[kind])
    assert not [name for name in imported_at_top(found.text) if name.startswith("assemblyai")]
    assert "from assemblyai.streaming.v3 import (\n        StreamingClient," in found.text
    assert "self.session = StreamingClient(" in found.text
    assert not found.left("V3M601")


@pytest.mark.parametrize("kind", ["the package", "the names", "one by one"])
def test_where_the_old_name_was_none_the_new_ones_are(kind: str) -> None:
    text = migrate(GUARDED[kind]).text
    (guard,) = (node for node in ast.parse(text).body if isinstance(node, ast.Try))
    none = {
        target.id
        for node in guard.handlers[0].body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert {"StreamingClient", "StreamingClientOptions", "StreamingEvents", "StreamingParameters"} <= none
    assert not {"RealtimeTranscriber", "RealtimeFinalTranscript"} & none


LATE = {
    "a function": (
        "def run(show):\n    from assemblyai import RealtimeTranscriber\n\n"
        "    session = RealtimeTranscriber(sample_rate=16_000, on_data=lambda t: show(t.text), on_error=print)\n"
        "    session.connect()\n    session.close()\n"
    ),
    "the package in a function": (
        "def run(show):\n    import assemblyai as aai\n\n"
        "    session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=lambda t: show(t.text), on_error=print)\n"
        "    session.connect()\n    session.close()\n"
    ),
    "a property": (
        "class Ears:\n    @property\n    def aai(self):\n        import assemblyai\n\n        return assemblyai\n\n"
        "    def run(self):\n"
        "        session = self.aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
        "        session.connect()\n        session.close()\n"
    ),
    "a guard in a function": (
        "def run():\n    try:\n        import assemblyai as aai\n    except ImportError:\n        return\n"
        "    session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
        "    session.connect()\n    session.close()\n"
    ),
}


@pytest.mark.parametrize("kind", LATE)
def test_what_is_imported_late_stays_late(kind: str) -> None:
    found = migrate(LATE[kind])
    assert imported_at_top(found.text) == []
    assert "StreamingClient(" in found.text
    tree = ast.parse(found.text)
    function = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "run")
    assert any(
        isinstance(node, ast.ImportFrom) and node.module == "assemblyai.streaming.v3" for node in ast.walk(function)
    )


def test_another_function_of_a_module_that_imports_late_imports_what_it_needs() -> None:
    found = migrate(
        "class Ears:\n    def open(self):\n        import assemblyai as aai\n\n"
        "        self.session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
        "        self.session.connect()\n\n"
        '    def patience(self, milliseconds):\n        """Set how long a pause may last."""\n'
        "        self.session.configure_end_utterance_silence_threshold(milliseconds)\n\n"
        "    def close(self):\n        self.session.close()\n"
    )
    assert imported_at_top(found.text) == []
    assert (
        '        """Set how long a pause may last."""\n'
        "        from assemblyai.streaming.v3 import StreamingSessionParameters\n"
    ) in found.text


ONLY_TYPES = {
    "moved": (
        "from typing import TYPE_CHECKING\n\nfrom assemblyai import RealtimeTranscriber\n\n"
        "if TYPE_CHECKING:\n    from assemblyai.types import RealtimeError\n",
        "    from assemblyai.streaming.v3 import StreamingError\n",
    ),
    "with others": (
        "from typing import TYPE_CHECKING\n\nfrom assemblyai import RealtimeTranscriber\n\n"
        "if TYPE_CHECKING:\n    from pathlib import Path\n\n    from assemblyai import RealtimeError\n\n"
        "    Target = Path\n",
        "    from pathlib import Path\n\n    from assemblyai.streaming.v3 import StreamingError\n\n    Target = Path\n",
    ),
    "qualified": (
        "import typing\n\nfrom assemblyai import RealtimeTranscriber\n\n"
        "if typing.TYPE_CHECKING:\n    from assemblyai import RealtimeError\n",
        "if typing.TYPE_CHECKING:\n    from assemblyai.streaming.v3 import StreamingError\n",
    ),
}


@pytest.mark.parametrize("kind", ONLY_TYPES)
def test_names_for_the_type_checker_stay_with_it(kind: str) -> None:
    header, wanted = ONLY_TYPES[kind]
    found = migrate(
        f"{header}\n\ndef on_error(error: 'RealtimeError'):\n    print(error)\n\n\n"
        "session = RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=on_error)\n"
        "session.connect()\nsession.close()\n"
    )
    assert wanted in found.text
    assert "pass" not in found.text
    assert "StreamingError" not in found.text[: found.text.index("TYPE_CHECKING:")]


def test_a_block_for_the_type_checker_that_is_empty_goes() -> None:
    found = migrate(
        "from typing import TYPE_CHECKING\n\nfrom assemblyai import RealtimeTranscriber\n\n"
        "if TYPE_CHECKING:\n    from assemblyai import RealtimeFinalTranscript\n\n"
        "session = RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
        "session.connect()\nsession.close()\n"
    )
    assert "if TYPE_CHECKING" not in found.text


@pytest.mark.parametrize("handler", ["MicrophoneStream = None", "raise SystemExit('pip install assemblyai[extras]')"])
def test_a_guard_around_nothing_goes(handler: str) -> None:
    found = migrate(
        "import assemblyai as aai\n\ntry:\n    from assemblyai.extras import MicrophoneStream\n"
        f"except ImportError:\n    {handler}\n\n"
        "session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\nsession.connect()\n"
        "session.stream(MicrophoneStream(sample_rate=16_000))\nsession.close()\n"
    )
    assert "try:\n    from" not in found.text
    assert "\ntry:\n    pass" not in found.text
    assert "def microphone_chunks" in found.text or handler == "MicrophoneStream = None"


def test_a_guard_that_sets_something_else_stays() -> None:
    found = migrate(
        "import assemblyai as aai\n\ntry:\n    from assemblyai.extras import MicrophoneStream\nexcept ImportError:\n"
        "    MicrophoneStream = None\n    LOUD = False\n\n"
        "session = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\nsession.connect()\n"
        "session.stream(MicrophoneStream(sample_rate=16_000))\nsession.close()\n"
    )
    assert "LOUD = False" in found.text


OWN = "class RealtimeTranscriber:\n    def __enter__(self) -> {quoted}:\n        return self\n"


@pytest.mark.parametrize("quoted", ["'RealtimeTranscriber'", '"RealtimeTranscriber"', '"list[RealtimeTranscriber]"'])
def test_the_programs_own_class_of_that_name_stays(quoted: str) -> None:
    source = f"import assemblyai as aai\n\n\n{OWN.format(quoted=quoted)}"
    assert migrate(source).text == source


def test_and_so_does_one_of_another_module() -> None:
    main = (
        "import assemblyai as aai\nfrom own import RealtimeTranscriber\n\n\n"
        "def run(session: 'RealtimeTranscriber', error: 'aai.RealtimeError') -> None:\n    print(session, error)\n"
    )
    found = migrate_all({"own.py": OWN.format(quoted="'RealtimeTranscriber'"), "main.py": main})
    assert "session: 'RealtimeTranscriber', error: 'StreamingError'" in found["main.py"].text
    assert "from own import RealtimeTranscriber\n" in found["main.py"].text

"""Names of the SDK whose use is not clear: they stay, with their import, and are reported."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate, migrate_all

USED = (
    "session = RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
    "session.connect()\nsession.close()\n"
)
STUBS = {
    "a class": "    class RealtimeTranscriber:\n        def connect(self):\n            pass\n",
    "a function": "    def RealtimeTranscriber(**options):\n        raise SystemExit('no captions')\n",
    "another class": "    RealtimeTranscriber = object\n",
    "a fake": "    from unittest.mock import Mock\n\n    RealtimeTranscriber = Mock()\n",
}


@pytest.mark.parametrize("stub", STUBS)
def test_a_name_with_a_stub_where_the_package_is_missing_stays(stub: str) -> None:
    source = f"try:\n    from assemblyai import RealtimeTranscriber\nexcept ImportError:\n\n{STUBS[stub]}\n\n{USED}"
    found = migrate(source)
    assert found.text == source
    assert found.left("V3M607")


@pytest.mark.parametrize("stub", STUBS)
def test_in_every_module_that_has_it_from_there(stub: str) -> None:
    sources = {
        "stt.py": f"try:\n    from assemblyai import RealtimeTranscriber\nexcept ImportError:\n\n{STUBS[stub]}",
        "main.py": f"from stt import RealtimeTranscriber\n\n{USED}",
    }
    found = migrate_all(sources)
    assert {path: migrated.text for path, migrated in found.items()} == sources
    assert found["stt.py"].left("V3M607")
    assert found["main.py"].left("V3M607")


HANDED_ON = {
    "partial": (
        "from functools import partial\n\nfrom assemblyai import RealtimeTranscriber\n\n"
        "make = partial(RealtimeTranscriber, sample_rate=16_000, on_error=print)\nsession = make(on_data=print)\n"
    ),
    "a registry": (
        "from assemblyai import RealtimeTranscriber\nfrom elsewhere import registry\n\n"
        "registry.add(RealtimeTranscriber)\n"
    ),
    "by keyword": (
        "from assemblyai import RealtimeTranscriber\nfrom elsewhere import inject\n\n"
        "inject(client=RealtimeTranscriber)\n"
    ),
}


@pytest.mark.parametrize("kind", HANDED_ON)
def test_a_class_that_is_handed_on_stays(kind: str) -> None:
    found = migrate(HANDED_ON[kind])
    assert found.text == HANDED_ON[kind]
    assert any("handed on" in message for message in found.left("V3M607"))


def test_a_class_that_a_function_of_the_program_makes_an_object_of_is_followed() -> None:
    found = migrate(
        "from assemblyai import RealtimeTranscriber\n\n\ndef run(kind):\n"
        "    session = kind(sample_rate=16_000, on_data=print, on_error=print)\n    session.connect()\n"
        "    session.close()\n\n\nrun(RealtimeTranscriber)\n"
    )
    assert "session = kind(" in found.text
    assert "run(StreamingClient)" in found.text
    assert "StreamingClientOptions(" in found.text


def test_what_a_test_replaces_by_name_is_renamed_with_it() -> None:
    body = USED.replace("\n", "\n    ").rstrip()
    found = migrate_all(
        {
            "stt.py": f"from assemblyai import RealtimeTranscriber\n\n\ndef run():\n    {body}\n",
            "test_stt.py": (
                "from unittest.mock import patch\n\nimport stt\n\n\n"
                "@patch('stt.RealtimeTranscriber')\ndef test_run(made):\n    stt.run()\n    assert made.called\n"
            ),
        }
    )
    assert "@patch('stt.StreamingClient')" in found["test_stt.py"].text
    assert "StreamingClient(" in found["stt.py"].text


@pytest.mark.parametrize(
    "line",
    [
        'kind = getattr(aai, "RealtimeTranscriber", None)',
        'have = hasattr(aai, "RealtimeTranscriber")',
        'patched = patch("assemblyai.RealtimeTranscriber")',
        'patched = patch.object(aai, "RealtimeTranscriber")',
    ],
)
def test_a_class_of_the_sdk_asked_for_by_name_is_reported(line: str) -> None:
    source = f"from unittest.mock import patch\n\nimport assemblyai as aai\n\n{line}\n"
    found = migrate(source)
    assert found.text == source
    assert found.left("V3M607") == [
        "the SDK no longer has RealtimeTranscriber; v3 has StreamingClient in assemblyai.streaming.v3"
    ]

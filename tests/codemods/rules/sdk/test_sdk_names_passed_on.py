"""Names of the SDK that modules of the project pass on: followed, and rewritten wherever they are used."""

from __future__ import annotations

import ast
import re

import pytest

from tests.codemods.programs import Migrated, migrate_all

USER = """\
def on_data(transcript):
    if isinstance(transcript, {final}):
        print(transcript.text)


def on_error(error: {error}):
    print(error)


session = {made}(sample_rate=16_000, on_data=on_data, on_error=on_error)
session.connect()
session.stream(b"")
session.close()
"""


def user(imports: str, prefix: str = "", made: str = "RealtimeTranscriber") -> str:
    """Return a program that has its names by `imports`."""
    body = USER.format(final=f"{prefix}RealtimeFinalTranscript", error=f"{prefix}RealtimeError", made=f"{prefix}{made}")
    return f"{imports}\n\n\n{body}"


EVERYTHING = ("RealtimeTranscriber", "StreamingClient", "StreamingError", "TurnEvent")
NAMES = "RealtimeError, RealtimeFinalTranscript, RealtimeTranscriber"
FACADE = f"from assemblyai import {NAMES}\n"
ASSIGNED = (
    "import assemblyai as aai\n\nRealtimeTranscriber = aai.RealtimeTranscriber\n"
    "RealtimeError = aai.RealtimeError\nRealtimeFinalTranscript = aai.RealtimeFinalTranscript\n"
)


def by_text(program: str) -> str:
    """Return a program that asks its modules for their names by `getattr`."""
    return re.sub(r"\b(stt|aai)\.(Realtime\w+)", r'getattr(\1, "\2")', program)


LAZY = """\
def connect(show):
    from stt import RealtimeTranscriber

    session = RealtimeTranscriber(sample_rate=16_000, on_data=lambda t: show(t.text), on_error=print)
    session.connect()
    session.close()
"""

PROJECTS: dict[str, dict[str, str]] = {
    "from-import": {"stt.py": FACADE, "main.py": user(f"from stt import {NAMES}")},
    "as": {
        "stt.py": FACADE,
        "main.py": user(f"from stt import {NAMES} as Line", made="Line").replace(" Line(", " Line("),
    },
    "as in the facade": {
        "stt.py": FACADE.replace("RealtimeTranscriber", "RealtimeTranscriber as Line"),
        "main.py": user("from stt import Line, RealtimeError, RealtimeFinalTranscript", made="Line"),
    },
    "module": {"stt.py": FACADE, "main.py": user("import stt", "stt.")},
    "module as": {"stt.py": FACADE, "main.py": user("import stt as s", "s.")},
    "assigned": {
        "stt.py": ASSIGNED,
        "main.py": user(f"from stt import {NAMES}"),
    },
    "the package": {"stt.py": "import assemblyai as aai\n", "main.py": user("from stt import aai", "aai.")},
    "the package of a module": {"stt.py": "import assemblyai as aai\n", "main.py": user("import stt", "stt.aai.")},
    "__all__": {
        "stt.py": f'{FACADE}\n__all__ = ["RealtimeError", "RealtimeFinalTranscript", "RealtimeTranscriber"]\n',
        "main.py": user(f"from stt import {NAMES}"),
    },
    "star": {"stt.py": FACADE, "main.py": user("from stt import *")},
    "package": {
        "speech/__init__.py": f"from .names import {NAMES}\n",
        "speech/names.py": FACADE,
        "main.py": user(f"from speech import {NAMES}"),
    },
    "three steps": {
        "one.py": FACADE,
        "two.py": f"from one import {NAMES}\n",
        "three.py": "from two import *\n",
        "main.py": user(f"from three import {NAMES}"),
    },
    "type checking": {
        "stt.py": FACADE,
        "main.py": user(
            "from typing import TYPE_CHECKING\n\nfrom stt import RealtimeFinalTranscript, RealtimeTranscriber\n\n"
            "if TYPE_CHECKING:\n    from stt import RealtimeError"
        ).replace("error: RealtimeError", 'error: "RealtimeError"'),
    },
    "late": {"stt.py": FACADE, "main.py": LAZY},
    "optional": {
        "stt.py": (
            f"try:\n    {FACADE}except ImportError:\n    RealtimeTranscriber = None\n"
            "    RealtimeError = RealtimeFinalTranscript = None\n"
        ),
        "main.py": user(f"from stt import {NAMES}"),
    },
    "assigned in a module": {"stt.py": ASSIGNED, "main.py": user("import stt", "stt.")},
    "assigned twice": {
        "one.py": ASSIGNED,
        "stt.py": ASSIGNED.replace("import assemblyai as aai", "import one").replace("aai.", "one."),
        "main.py": user(f"from stt import {NAMES}"),
    },
    "assigned in a package": {
        "speech/__init__.py": f"from .names import {NAMES}\n",
        "speech/names.py": ASSIGNED,
        "main.py": user("import speech", "speech."),
    },
    "star of the SDK": {"stt.py": "from assemblyai import *\n", "main.py": user("from stt import *")},
    "star of the SDK, by name": {"stt.py": "from assemblyai import *\n", "main.py": user(f"from stt import {NAMES}")},
    "star of the SDK, module": {"stt.py": "from assemblyai import *\n", "main.py": user("import stt", "stt.")},
    "star of the SDK, two steps": {
        "one.py": "from assemblyai import *\n",
        "two.py": f"from one import {NAMES}\n",
        "main.py": user("from two import *"),
    },
    "star of the SDK in a package": {
        "speech/__init__.py": "from .names import *\n",
        "speech/names.py": "from assemblyai import *\n",
        "main.py": user(f"from speech import {NAMES}"),
    },
    "star of stars": {
        "one.py": FACADE,
        "two.py": "from one import *\n",
        "three.py": "from two import *\n",
        "main.py": user("from three import *"),
    },
    "star of stars of the SDK": {
        "one.py": "from assemblyai import *\n",
        "two.py": "from one import *\n",
        "main.py": user("from two import *"),
    },
    "module by name, inline": {
        "stt.py": FACADE,
        "main.py": user("import importlib", 'importlib.import_module("stt").'),
    },
    "module by relative name, inline": {
        "app/__init__.py": "",
        "app/stt.py": FACADE,
        "app/main.py": user("import importlib", 'importlib.import_module(".stt", __package__).'),
    },
    "module by __import__": {"stt.py": FACADE, "main.py": user("", '__import__("stt").')},
    "the package by name, inline": {"main.py": user("import importlib", 'importlib.import_module("assemblyai").')},
    "getattr": {"stt.py": FACADE, "main.py": by_text(user("import stt", "stt."))},
    "getattr of what is assigned": {"stt.py": ASSIGNED, "main.py": by_text(user("import stt", "stt."))},
    "getattr of a star": {"stt.py": "from assemblyai import *\n", "main.py": by_text(user("import stt", "stt."))},
    "getattr of the package": {"main.py": by_text(user("import assemblyai as aai", "aai."))},
    "getattr of a module by name": {
        "stt.py": FACADE,
        "main.py": by_text(user('import importlib\n\nstt = importlib.import_module("stt")', "stt.")),
    },
    "by name": {
        "main.py": user('import importlib\n\naai = importlib.import_module("assemblyai")', "aai."),
    },
    "module by name": {
        "stt.py": FACADE,
        "main.py": user('import importlib\n\nstt = importlib.import_module("stt")', "stt."),
    },
}


@pytest.mark.parametrize("kind", PROJECTS)
def test_every_module_is_rewritten_and_every_import_has_a_provider(kind: str) -> None:
    sources = PROJECTS[kind]
    found = migrate_all(sources)
    main = next(migrated.text for path, migrated in found.items() if path.endswith("main.py"))
    assert "StreamingParameters(" in main
    assert "disconnect(terminate=True)" in main
    assert not [finding for path in found for finding in found[path].findings if not finding.fixed]
    check_imports(found)
    for path, migrated in found.items():
        assert "Realtime" not in migrated.text or kind == "as in the facade", path


def check_imports(found: dict[str, Migrated]) -> None:
    """Assert that no name is imported from a module of the project that does not define it, and none is undefined."""
    defined = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): names(m.text) for path, m in found.items()
    }
    for path, migrated in found.items():
        for node in ast.walk(ast.parse(migrated.text)):
            if isinstance(node, ast.ImportFrom):
                home = node.module or ""
                if node.level:
                    home = ".".join(filter(None, [*path.split("/")[: -node.level], home]))
                for alias in node.names:
                    assert alias.name in ({*defined[home], "*"} if home in defined else {alias.name}), (
                        path,
                        alias.name,
                    )
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("stt", "s"):
                assert node.attr in defined["stt"], (path, node.attr)


def names(text: str) -> set[str]:
    """Return what a module binds anywhere."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound = {(alias.asname or alias.name).split(".")[0] for alias in node.names}
            found |= set(EVERYTHING) if "*" in bound else bound
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def test_what_the_facade_calls_it_is_kept_and_what_the_user_calls_it() -> None:
    found = migrate_all(PROJECTS["as in the facade"])
    assert (
        "import StreamingClient as Line" in found["stt.py"].text or "StreamingClient as Line," in found["stt.py"].text
    )
    assert "session = Line(" in found["main.py"].text
    assert "from stt import Line" in found["main.py"].text


def test_all_lists_the_new_names() -> None:
    text = migrate_all(PROJECTS["__all__"])["stt.py"].text
    assert '"StreamingClient"' in text
    assert '"StreamingError"' in text
    assert "Realtime" not in text


OPTIONAL = PROJECTS["optional"]["stt.py"]


@pytest.mark.parametrize(
    "sources",
    [
        PROJECTS["optional"],
        {"stt.py": OPTIONAL, "main.py": user("import stt", "stt.")},
        {"stt.py": OPTIONAL, "main.py": user("import stt as s", "s.")},
        {
            "stt.py": "try:\n    import assemblyai as aai\nexcept ImportError:\n    aai = None\n",
            "main.py": user("from stt import aai", "aai."),
        },
    ],
    ids=["names", "module", "module as", "package"],
)
def test_an_optional_facade_stays_optional(sources: dict[str, str]) -> None:
    found = migrate_all(sources)
    check_imports(found)
    assert "import assemblyai" not in found["main.py"].text
    assert "from assemblyai" not in found["main.py"].text
    tree = ast.parse(found["stt.py"].text)
    assert isinstance(tree.body[0], ast.Try)
    assert not [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert "StreamingClientOptions = " in found["stt.py"].text


def test_a_facade_out_of_the_run_leaves_its_users_alone() -> None:
    main = user(f"from stt import {NAMES}")
    found = migrate_all({"main.py": main}, around={"stt.py": FACADE})
    assert found["main.py"].text == main
    assert any("stt.py" in message for message in found["main.py"].left("V3M601"))
    assert found["main.py"].left("V3M607")


def test_a_facade_that_asks_to_be_ignored_leaves_its_users_alone() -> None:
    sources = {"stt.py": f"# v3-migrate: ignore-file\n{FACADE}", "main.py": user(f"from stt import {NAMES}")}
    found = migrate_all(sources)
    assert {path: migrated.text for path, migrated in found.items()} == sources
    assert found["main.py"].left("V3M601")


def test_a_session_that_is_left_keeps_its_name_in_every_module() -> None:
    sources = {
        "stt.py": FACADE,
        "main.py": user(f"from stt import {NAMES}").replace("sample_rate=16_000", "**{}"),
    }
    found = migrate_all(sources)
    assert "RealtimeTranscriber" in found["stt.py"].text
    assert "RealtimeTranscriber" in found["main.py"].text
    assert found["main.py"].text == sources["main.py"]
    check_imports(found)


def test_a_name_of_the_project_that_is_not_seen_is_reported() -> None:
    lazy = "def __getattr__(name):\n    import assemblyai\n\n    return getattr(assemblyai, name)\n"
    main = "from stt import RealtimeTranscriber\n\nsession = RealtimeTranscriber(sample_rate=16_000, on_data=print)\n"
    found = migrate_all({"stt.py": lazy, "main.py": main})
    assert found["main.py"].text == main
    assert found["main.py"].left("V3M607")


def test_a_class_of_the_project_with_that_name_is_its_own() -> None:
    sources = {
        "stt.py": "class RealtimeTranscriber:\n    def connect(self):\n        pass\n",
        "main.py": (
            "from stt import RealtimeTranscriber\n\n\ndef run(session: 'RealtimeTranscriber'):\n"
            "    session.connect()\n\n\n"
            "run(RealtimeTranscriber())\n"
        ),
    }
    found = migrate_all(sources)
    assert {path: migrated.text for path, migrated in found.items()} == sources
    assert not any(migrated.findings for migrated in found.values())


def test_a_microphone_that_a_facade_passes_on_is_written_there() -> None:
    found = migrate_all(
        {
            "stt.py": "from assemblyai import RealtimeTranscriber\nfrom assemblyai.extras import MicrophoneStream\n",
            "main.py": (
                "from stt import MicrophoneStream, RealtimeTranscriber\n\n"
                "session = RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\nsession.connect()\n"
                "session.stream(MicrophoneStream(sample_rate=16_000))\nsession.close()\n"
            ),
        }
    )
    assert "class MicrophoneStream" in found["stt.py"].text
    assert "class MicrophoneStream" not in found["main.py"].text
    assert "from stt import MicrophoneStream, StreamingClient\n" in found["main.py"].text
    check_imports(found)

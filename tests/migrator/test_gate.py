"""No name disappears that somebody needs, whatever a rule does; no v2 word stays unsaid, whatever a file imports."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from codemods.model import FilePlan, Finding, Options, ParseError, Safety, Span, Workspace
from migrator import stdin
from migrator.analysis.gate import halves
from migrator.analysis.outcome import Outcome
from migrator.analysis.worker import Analyse
from migrator.reporting.report import Mode, Report
from migrator.run import migration
from migrator.settings import Choices, Settings
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, V2, put, repository

MARK = "  # gone"
SPEAKS = 'URL = "wss://api.assemblyai.com/v2/realtime/ws"\n'


@dataclass
class Plan:
    """Takes out every marked line."""

    text: str
    explained: Sequence[Span] = ()
    receivers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def findings(self) -> Sequence[Finding]:
        return [
            Finding("V3M999", Span(number, 1, number, 2), "taken out", Safety.SAFE, True)
            for number, line in enumerate(self.text.splitlines(), 1)
            if line.endswith(MARK)
        ]

    def render(self, extra: Sequence[Finding] = ()) -> str:
        return "".join(line for line in self.text.splitlines(True) if not line.rstrip().endswith(MARK))


def careless(sources: Mapping[str, str], space: Workspace, options: Options) -> Mapping[str, FilePlan | ParseError]:
    """Analyse as a rule with a defect would, that forgets who else needs what it takes out."""
    whole = [(1, 1, len(text.splitlines()) + 1, 1) for text in sources.values()]
    return {path: Plan(text, [Span(*span)]) for (path, text), span in zip(sources.items(), whole, strict=True)}


def outcomes(tool: Tool, files: dict[str, str], *paths: str) -> dict[str, Outcome]:
    put(tool.folder, dict(files))
    return {found.path: found for found in migration(Settings(paths or (".",)), careless).outcomes}


BASE = f"from vendor import Client{MARK}\nimport json{MARK}\n{SPEAKS}"

NEEDED = {
    "by name": {"main.py": "from base import Client\n"},
    "by another name": {"main.py": "from base import (\n    URL,\n    Client as C,  # the client\n)\n"},
    "as an attribute": {"main.py": "import base\nbase.Client()\n"},
    "as an attribute of an alias": {"main.py": "import base as b\n\ndef f():\n    return b.Client.connect()\n"},
    "in a function": {"main.py": "def f():\n    from base import Client\n    return Client()\n"},
    "for types only": {
        "main.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from base import Client\n",
    },
    "by getattr": {"main.py": "import base\nclient = getattr(base, 'Client', None)\n"},
    "by import_module": {"main.py": "import importlib\nb = importlib.import_module('base')\nb.Client()\n"},
    "as text for a mock": {
        "test_base.py": "from unittest import mock\n\n@mock.patch('base.Client.run')\ndef test(): ...\n"
    },
    "through a star": {"main.py": "from base import *\nClient()\n"},
    "through two stars": {"middle.py": "from base import *\n", "main.py": "import middle\nmiddle.Client()\n"},
    "through a package": {
        "voice/__init__.py": "from base import *\n",
        "voice/app.py": "from . import Client\n",
    },
    "by what is not Python 3": {"old.py": "from base import Client\nprint 'hello'\n"},
    "by what is not Python 3, as an attribute": {"old.py": "import base\nprint base.Client\n"},
}


@pytest.mark.parametrize("how", NEEDED)
def test_what_somebody_needs_is_not_taken_away(tool: Tool, how: str) -> None:
    found = outcomes(tool, {"base.py": BASE, **NEEDED[how]})
    error = found["base.py"].error
    user = sorted(NEEDED[how])[-1] if how != "through a package" else "voice/app.py"
    if how == "through two stars":
        user = "main.py"
    reason = f"V3M999 would take 'Client' out of base.py, and {user} needs it"
    assert error == f"left alone: {reason} (a defect of v3-migrate)"
    assert not any(outcome.changed for outcome in found.values())
    assert all(not finding.fixed for finding in found["base.py"].findings)


NOT_NEEDED = {
    "nobody": {"main.py": "import base\nprint(base.URL)\n"},
    "a method of that name": {"main.py": "import base\nprint(response.json(), x.Client)\n"},
    "another module of that name": {"a/base.py": "class Client: ...\n", "a/main.py": "from .base import Client\n"},
    "a name of its own": {"main.py": "from base import *\nfrom other import Client\nClient()\n"},
    "what is text for people": {"main.py": "import base\nprint('base.Client is gone')\n"},
    "who no longer asks": {"main.py": f"{SPEAKS}from base import Client{MARK}\n"},
}


@pytest.mark.parametrize("how", NOT_NEEDED)
def test_what_nobody_needs_may_go(tool: Tool, how: str) -> None:
    found = outcomes(tool, {"base.py": BASE, **NOT_NEEDED[how]})
    assert {path: outcome.error for path, outcome in found.items()} == dict.fromkeys(found)
    assert found["base.py"].after.decode() == SPEAKS


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (f"import json{MARK}\n{SPEAKS}print(json.dumps(URL))\n", "json"),
        (f"from vendor import Client{MARK}\n{SPEAKS}__all__ = ['URL', 'Client']\n", "Client"),
        (f"{SPEAKS}def f():\n    x = 1{MARK}\n    return x\n", "x"),
    ],
)
def test_a_module_keeps_what_it_needs_itself(tool: Tool, module: str, name: str) -> None:
    (found,) = outcomes(tool, {"base.py": module}).values()
    reason = f"V3M999 would take {name!r} out of base.py, which still needs it"
    assert found.error == f"left alone: {reason} (a defect of v3-migrate)"


@pytest.mark.parametrize("path", ["lib/base.py", "lib"])
def test_who_needs_it_may_lie_outside_of_the_run(tool: Tool, path: str) -> None:
    repository(tool.folder, {"lib/base.py": BASE, "app/main.py": "from lib.base import Client\n"})
    found = outcomes(tool, {}, path)
    assert "and app/main.py needs it" in str(found["lib/base.py"].error)


def test_the_files_of_a_group_stand_or_fall_together(tool: Tool) -> None:
    files = {
        "base.py": BASE,
        "more.py": f"import base\nimport time{MARK}\n{SPEAKS}",
        "main.py": "from base import Client\n",
    }
    put(tool.folder, {"apart/bot.py": f"import json{MARK}\n{SPEAKS}"})
    found = outcomes(tool, files)
    assert {path for path, outcome in found.items() if outcome.error} == {"base.py", "more.py"}
    assert found["apart/bot.py"].changed


READS = "    if data['message_type'] == 'FinalTranscript':\n        print(data['text'])"
HALF = {
    "a field": ("    print(data['text'], data['message_type'])", "    print(data['transcript'], data['message_type'])"),
    "a field in a block": (READS, READS.replace("text", "transcript")),
    "by get": ("    return data.get('session_id'), data['text']", "    return data.get('id'), data['text']"),
    "by pop": ("    return data.pop('text'), data['session_id']", "    return data.pop('text'), data['id']"),
    "a test for a key": (
        "    return 'text' in data and data['text']",
        "    return 'text' in data and data['transcript']",
    ),
    "a type": (READS, READS.replace("message_type", "type")),
    "a type in a tuple": (
        "    return data['message_type'] in ('SessionBegins', 'FinalTranscript')",
        "    return data['type'] in ('Begin', 'FinalTranscript')",
    ),
    "a type under a name": (
        "    kind = data['message_type']\n    return kind == 'FinalTranscript'",
        "    kind = data['type']\n    return kind == 'FinalTranscript'",
    ),
    "a type in a walrus": (
        "    return (kind := data['message_type']) and kind == 'FinalTranscript'",
        "    return (kind := data['type']) and kind == 'FinalTranscript'",
    ),
    "a pattern": (
        "    match data['message_type']:\n        case 'FinalTranscript':\n            print(1)",
        "    match data['type']:\n        case 'FinalTranscript':\n            print(1)",
    ),
    "an attribute": (
        "    print(self.data['text'], self.data['session_id'])",
        "    print(self.data['text'], self.data['id'])",
    ),
    "an element of a loop": (
        "    for data in data:\n        print(data['text'], data['session_id'])",
        "    for data in data:\n        print(data['text'], data['id'])",
    ),
    "an element of a comprehension": (
        "    return [(one['text'], one['session_id']) for one in data]",
        "    return [(one['text'], one['id']) for one in data]",
    ),
}
FUNCTIONS = {
    "show": "def show(self, data):\n{}\n",
    "Bot.show": "class Bot:\n    async def show(self, data):\n    {}\n",
    "made.show": "def made():\n    def show(self, data):\n    {}\n    return show\n",
}


def changed(before: str, after: str, *findings: Finding) -> Outcome:
    return Outcome("bot.py", before.encode(), after.encode(), (moved(1), *findings))


def moved(line: int) -> Finding:
    return Finding("V3M999", Span(line, 1, line, 2), "moved", Safety.SAFE, True)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("how", HALF)
def test_no_function_reads_a_message_half_and_half(how: str, function: str) -> None:
    texts = (
        FUNCTIONS[function].format(text.replace("\n", "\n    ") if "." in function else text) for text in HALF[how]
    )
    found = halves(changed(*texts))
    assert {half.function for half in found} == {function}


WHOLE = {
    "all of it": ("print(data['text'], data['session_id'])", "print(data['transcript'], data['id'])"),
    "two messages": ("print(data['text'], more['text'])", "print(data['transcript'], more['text'])"),
    "a name for two": (
        "print(data['text'])\n    data = more\n    print(data['text'])",
        "print(data['transcript'])\n    data = more\n    print(data['text'])",
    ),
    "words": (
        "print(data['text'], [w['text'] for w in data['words']])",
        "print(data['transcript'], [w['text'] for w in data['words']])",
    ),
    "both before": (
        "print(data['text'] or data['transcript'], data['id'])",
        "print(data['transcript'] or data['text'], data['id'])",
    ),
    "what is made of it": (
        "out = {'text': data['text']}\n    print(out['text'])",
        "out = {'text': data['transcript']}\n    print(out['text'])",
    ),
    "a loop in it": (
        "print(data['text'])\n    return [data['text'] for data in more]",
        "print(data['transcript'])\n    return [data['text'] for data in more]",
    ),
    "a function in it": (
        "print(data['text'])\n    def other(data):\n        return data['text']",
        "print(data['transcript'])\n    def other(data):\n        return data['text']",
    ),
}


@pytest.mark.parametrize("how", WHOLE)
def test_what_is_no_half(how: str) -> None:
    old, new = (f"def show(data, more):\n    {text}\n" for text in WHOLE[how])
    assert halves(changed(old, new)) == []


def test_half_of_a_migration_may_be_left_to_a_person() -> None:
    old, new = (f"def show(data):\n{text}\n" for text in HALF["a field"])
    assert halves(changed(old, new))
    told = Finding("V3M998", Span(2, 1, 2, 9), "left", Safety.MANUAL, False)
    assert halves(changed(old, new, told)) == []
    assert halves(changed(old, new, replace(told, span=Span(1, 1, 1, 9))))  # not of this read
    silenced = old.replace("\n", "  # v3-migrate: ignore[V3M303]\n")
    assert halves(changed(silenced, new)) == []


OTHER = "def show(data):\n    print(data['text'], data['message_type'])\n"


def half_careless(
    sources: Mapping[str, str], space: Workspace, options: Options
) -> Mapping[str, FilePlan | ParseError]:
    """Analyse as a rule with a defect would, that does not see each read."""
    return {path: HalfPlan(text, [Span(1, 1, text.count("\n") + 1, 1)]) for path, text in sources.items()}


class HalfPlan(Plan):
    @property
    def findings(self) -> Sequence[Finding]:
        return [moved(number) for number, line in enumerate(self.text.splitlines(), 1) if "['text']" in line]

    def render(self, extra: Sequence[Finding] = ()) -> str:
        return self.text.replace("['text']", "['transcript']")


def test_half_a_function_is_never_written(tool: Tool) -> None:
    put(tool.folder, {"bot.py": SPEAKS + OTHER, "more.py": f"import bot\n{SPEAKS}print(bot.news['text'])\n"})
    found = migration(Settings((".",)), half_careless).outcomes
    reason = "V3M999 would leave show() of bot.py half migrated: it would ask one message for 'message_type' and"
    assert [outcome.changed for outcome in found] == [False, False]
    assert all(reason in str(outcome.error) for outcome in found)
    assert Report(found, Mode.WRITE, 2).exit_code == 2
    asked = migration(Settings((".",), chosen=Choices(select=("V3M9",))), half_careless).outcomes
    assert all(outcome.changed for outcome in asked)


@pytest.mark.parametrize(
    ("text", "analyse", "reason"),
    [
        (BASE, careless, "V3M999 would take 'Client' out of base.py, and main.py needs it"),
        (SPEAKS + OTHER, half_careless, "V3M999 would leave show() of base.py half migrated"),
    ],
)
def test_standard_input_passes_the_gate(
    tool: Tool, capfdbinary: pytest.CaptureFixture[bytes], text: str, analyse: Analyse, reason: str
) -> None:
    """What an editor sends is one file of a project, whose others need it."""
    put(tool.folder, {"main.py": "from base import Client\n", "base.py": text})
    settings = Settings(("-",), mode=Mode.WRITE, stdin_filename="base.py", output="out.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert stdin.run(settings, analyse) == 2
    assert tool.read("out.py") == text
    assert reason in capfdbinary.readouterr().err.decode()


MAKE = "session = {}RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\nsession.connect()\n"

CLASS = "RealtimeTranscriber"
TAKEN = f"from assemblyai import {CLASS}\n"
FACADES = {
    "by name": {"stt.py": TAKEN, "main.py": f"from stt import {CLASS}\n" + MAKE.format("")},
    "as a module": {"stt.py": TAKEN, "main.py": "import stt\n" + MAKE.format("stt.")},
    "the whole SDK": {"stt.py": "import assemblyai as aai\n", "main.py": "from stt import aai\n" + MAKE.format("aai.")},
    "a star": {"stt.py": "from assemblyai import *\n", "main.py": "from stt import *\n" + MAKE.format("")},
    "an assignment": {
        "stt.py": "import assemblyai as aai\n\nRealtimeTranscriber = aai.RealtimeTranscriber\n",
        "main.py": f"from stt import {CLASS} as Transcriber\n" + MAKE.format("").replace(CLASS, "Transcriber"),
    },
    "a package": {
        "voice/__init__.py": "from .stt import RealtimeTranscriber\n\n__all__ = ['RealtimeTranscriber']\n",
        "voice/stt.py": "import assemblyai as aai\n\nRealtimeTranscriber = aai.RealtimeTranscriber\n",
        "main.py": "import voice\n" + MAKE.format("voice."),
    },
    "a star of stars": {
        "one.py": "from assemblyai import *\n",
        "two.py": "from one import *\n",
        "main.py": "from two import *\n" + MAKE.format(""),
    },
    "an annotated assignment": {
        "stt.py": "import assemblyai as aai\n\nRealtimeTranscriber: type = aai.RealtimeTranscriber\n",
        "main.py": "import stt\n" + MAKE.format("stt."),
    },
    "two assignments in one": {
        "stt.py": f"import assemblyai as aai\n\n{CLASS}, RealtimeError = aai.{CLASS}, aai.RealtimeError\n",
        "main.py": TAKEN.replace("assemblyai", "stt") + MAKE.format(""),
    },
    "an assignment that may fail": {
        "stt.py": (
            f"try:\n    import assemblyai as aai\n\n    {CLASS} = aai.{CLASS}\nexcept ImportError:\n"
            f"    {CLASS} = None\n"
        ),
        "main.py": TAKEN.replace("assemblyai", "stt") + MAKE.format(""),
    },
    "an attribute of a class": {
        "stt.py": f"import assemblyai as aai\n\n\nclass Sdk:\n    {CLASS} = aai.{CLASS}\n",
        "main.py": "from stt import Sdk\n" + MAKE.format("Sdk."),
    },
    "by the name of its module": {
        "stt.py": TAKEN, "main.py": "import importlib\n" + MAKE.format('importlib.import_module("stt").'),
    },
    "by its own name": {
        "stt.py": TAKEN, "main.py": "import stt\n" + MAKE.format("").replace(CLASS, f'getattr(stt, "{CLASS}")'),
    },
    "by a constant": {
        "stt.py": TAKEN,
        "main.py": f'import stt\n\nNAME = "{CLASS}"\n' + MAKE.format("").replace(CLASS, "getattr(stt, NAME)", 1),
    },
    "from what a module has": {
        "stt.py": TAKEN, "main.py": "import stt\n" + MAKE.format("").replace(CLASS, f'vars(stt)["{CLASS}"]'),
    },
    "perhaps from the SDK": {
        "main.py": "import assemblyai as aai\n" + MAKE.format("").replace(CLASS, f'getattr(aai, "{CLASS}", None)'),
    },
    "a module that makes names up": {
        "stt.py": "def __getattr__(name):\n    import assemblyai\n\n    return getattr(assemblyai, name)\n",
        "main.py": TAKEN.replace("assemblyai", "stt") + MAKE.format(""),
    },
    "a module that knows one name": {
        "stt.py": (
            f"def __getattr__(name):\n    if name == '{CLASS}':\n        from assemblyai import {CLASS}\n\n"
            f"        return {CLASS}\n    raise AttributeError(name)\n"
        ),
        "main.py": "import stt\n" + MAKE.format("stt."),
    },
    "a fake at times": {
        "fakes.py": f"class {CLASS}:\n    def __init__(self, **options):\n        self.options = options\n",
        "stt.py": f"import os\n\nif os.environ.get('FAKE'):\n    from fakes import {CLASS}\nelse:\n    {TAKEN}",
        "main.py": TAKEN.replace("assemblyai", "stt") + MAKE.format(""),
    },
    "modules that import each other": {
        "stt.py": f"import main\n{TAKEN}\n\ndef run():\n    main.run({CLASS})\n",
        "main.py": (
            f"import stt\n\n\ndef make():\n    session = stt.{CLASS}(sample_rate=16_000, on_data=print)\n"
            "    session.connect()\n    return session\n\n\ndef run(kind):\n    print(kind)\n"
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize("how", FACADES)
def test_an_sdk_name_that_another_module_passes_on(tool: Tool, how: str) -> None:
    """Whether it is followed or reported is for others to say; silence, half a migration, a defect are not."""
    put(tool.folder, dict(FACADES[how]))
    for arguments in (["--check"], ["--write", "--no-todo"], ["--check"]):
        ran = tool(".", *arguments)
        left = tool.read("main.py") == FACADES[how]["main.py"]
        assert ran.code == 1 or (ran.code == 0 and not left), ran.text
        if left:  # then what it needs is there
            assert all(tool.read(name) == text for name, text in FACADES[how].items())


def test_a_module_that_is_had_by_way_of_others_keeps_its_names(tool: Tool) -> None:
    files = {
        "stt.py": TAKEN,
        "one.py": "import stt\n",
        "two.py": "import one\n",
        "main.py": "import two\n" + MAKE.format("two.one.stt."),
    }
    put(tool.folder, files)
    assert "main.py needs it" in tool(".", "--write", "--no-todo").text
    assert {name: tool.read(name) for name in files} == files


def test_a_class_of_the_programs_own_is_its_own_wherever_it_is_made(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2, "stt.py": "class RealtimeTranscriber: ...\n", "clean.py": CLEAN})
    put(tool.folder, {"main.py": "import bot\nfrom stt import RealtimeTranscriber\n" + MAKE.format("")})
    assert {file["path"] for file in tool(".", "--format", "json").json["files"]} == {"bot.py"}

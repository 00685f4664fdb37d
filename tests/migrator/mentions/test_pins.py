"""Lines that install an SDK without v3 move with the programs that they install it for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.mentions.pins import raised
from tests.migrator.conftest import Tool
from tests.migrator.programs import put

SDK = """\
import assemblyai as aai

transcriber = aai.RealtimeTranscriber(on_data=print, on_error=print, sample_rate=8000)
transcriber.connect()
transcriber.close()
"""
WORKFLOW = ".github/workflows/ci.yml"

RAISED = {
    "an image": ("Dockerfile", "RUN pip install assemblyai==0.33.0 rich", "RUN pip install assemblyai==0.64.16 rich"),
    "its stage": ("dev.Dockerfile", "RUN uv pip install assemblyai~=0.3", "RUN uv pip install assemblyai~=0.64.16"),
    "a range in quotes": (
        WORKFLOW,
        "- run: pip install 'assemblyai<0.50'",
        "- run: pip install 'assemblyai>=0.64.16,<2'",
    ),
    "an option": ("run.sh", "pip install assemblyai[extras]", 'pip install "assemblyai>=0.64.16" "pyaudio>=0.2.13"'),
    "an option in quotes": (
        "run.sh",
        "pip install 'assemblyai[extras]==0.33' x",
        "pip install 'assemblyai==0.64.16' 'pyaudio>=0.2.13' x",
    ),
    "an option beside PyAudio": (
        "run.sh",
        "pip install assemblyai[extras]==0.33 pyaudio",
        "pip install assemblyai==0.64.16 pyaudio",
    ),
    "lines that go on": (
        "Dockerfile",
        "RUN apt-get update && pip install \\\n    rich \\\nassemblyai[extras]==0.33.0 \\\n    'assemblyai<0.50'",
        "RUN apt-get update && pip install \\\n    rich \\\nassemblyai==0.64.16 \"pyaudio>=0.2.13\" \\\n"
        "    'assemblyai>=0.64.16,<2'",
    ),
    "a block of a workflow": (
        WORKFLOW,
        "- run: |\n    pip install \\\n      assemblyai<0.50 \\\n      rich",
        '- run: |\n    pip install \\\n      "assemblyai>=0.64.16,<2" \\\n      rich',
    ),
    "PowerShell": (
        "setup.ps1",
        "pip install `\n  assemblyai==0.33 `\n  rich",
        "pip install `\n  assemblyai==0.64.16 `\n  rich",
    ),
    "an argument of an image": (
        "Dockerfile",
        "ARG SDK=0.33.0\nRUN pip install assemblyai==${SDK} rich",
        "ARG SDK=0.64.16\nRUN pip install assemblyai==${SDK} rich",
    ),
    "a variable of a workflow": (
        WORKFLOW,
        'env:\n  SDK: "0.33.0"\nsteps:\n- run: pip install assemblyai==${{ env.SDK }}',
        'env:\n  SDK: "0.64.16"\nsteps:\n- run: pip install assemblyai==${{ env.SDK }}',
    ),
    "a variable of make": (
        "Makefile",
        "SDK := 0.33.0\nall:\n\tpip install assemblyai==$(SDK)",
        "SDK := 0.64.16\nall:\n\tpip install assemblyai==$(SDK)",
    ),
    "conda": ("Dockerfile", "RUN conda install -y assemblyai=0.33", "RUN conda install -y assemblyai=0.64.16"),
    "Poetry": ("run.sh", "poetry add assemblyai@^0.33 rich", "poetry add assemblyai@^0.64.16 rich"),
    "uvx": ("run.sh", "uvx --with assemblyai==0.33 bot", "uvx --with assemblyai==0.64.16 bot"),
    "pipx": ("run.sh", "pipx inject bot assemblyai==0.33", "pipx inject bot assemblyai==0.64.16"),
    "JSON": (
        ".devcontainer/devcontainer.json",
        '{"postCreateCommand": "pip install assemblyai==0.64.2"}',
        '{"postCreateCommand": "pip install assemblyai==0.64.16"}',
    ),
    "tox": ("tox.ini", "deps =\n    assemblyai ~= 0.20\n    rich", "deps =\n    assemblyai ~= 0.64.16\n    rich"),
    "a list": (
        ".pre-commit-config.yaml",
        "  additional_dependencies:\n  - assemblyai==0.20",
        "  additional_dependencies:\n  - assemblyai==0.64.16",
    ),
    "nox": (
        "noxfile.py",
        'import nox\n\n\n@nox.session\ndef tests(s):\n    s.install("assemblyai==0.33.0", "x")',
        'import nox\n\n\n@nox.session\ndef tests(s):\n    s.install("assemblyai==0.64.16", "x")',
    ),
    "a page": ("README.md", "    pip install assemblyai==0.17", "    pip install assemblyai==0.64.16"),
    "a Makefile": ("Makefile", "all:\n\tpip install assemblyai==0.17", "all:\n\tpip install assemblyai==0.64.16"),
}  # fmt: skip


@pytest.mark.parametrize("kind", RAISED)
def test_a_pin_is_raised_with_the_program(tool: Tool, kind: str) -> None:
    name, old, new = RAISED[kind]
    put(tool.folder, {"bot.py": SDK, name: f"a\r\n{old}\n".replace("a\r\n", "#\r\n" * (name != "noxfile.py"))})
    before = tool.read(name)
    assert tool(".", "--write").code == 0
    assert tool.read(name) == before.replace(old, new)
    assert tool(".", "--check").code == 0


@pytest.mark.parametrize(
    "line",
    [
        '{"x": "pip install assemblyai[extras]"}',  # no place for a shell's quotes
        '{"x": "pip install assemblyai==$SDK"}',  # set elsewhere
        '{"SDK": "0.33.0", "x": "pip install assemblyai==$SDK", "y": "docker build -t $SDK"}',  # somebody else's, too
        "requirements: assemblyai[extras]==0.3",
    ],
)
def test_where_only_a_person_can_tell_it_is_named(tool: Tool, line: str) -> None:
    put(tool.folder, {"bot.py": SDK, "x.json": f"{line}\n"})
    assert tool(".", "--write").code == 1
    assert tool.read("x.json") == f"{line}\n"
    assert ("x.json", "V3M802", False) in tool(".", "--check", "--format", "json").findings()


def test_a_pin_of_another_service_stays(tool: Tool) -> None:
    pin = "RUN pip install assemblyai==0.33.0\n"
    files = {"talk/bot.py": SDK, "talk/Dockerfile": pin, "files/job.py": "import assemblyai\n", "files/Dockerfile": pin}
    put(tool.folder, {**files, "deploy/Dockerfile": pin})
    assert tool(".", "--write").code == 1
    read = [tool.read(f"{folder}/Dockerfile") for folder in ("talk", "files", "deploy")]
    assert read == [pin.replace("0.33.0", "0.64.16"), pin, pin.replace("0.33.0", "0.64.16")]


def test_a_pin_stays_where_no_program_needs_a_recent_sdk(tool: Tool) -> None:
    put(tool.folder, {"clean.py": "import assemblyai\n", "Dockerfile": "RUN pip install assemblyai==0.33.0\n"})
    assert tool(".", "--write").code == 1
    assert "0.33.0" in tool.read("Dockerfile")


LINES = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), max_size=4)


@settings(max_examples=200, deadline=None)
@given(LINES, LINES, st.sampled_from(sorted(RAISED)), st.sampled_from(["\n", "\r\n"]))
def test_every_character_around_a_pin_stays(before: list[str], after: list[str], kind: str, newline: str) -> None:
    _, old, new = RAISED[kind]
    text = newline.join([*before, "", old.replace("\n", newline), *after])
    assert raised(text) == newline.join([*before, "", new.replace("\n", newline), *after])
    assert raised(raised(text)) == raised(text)


@pytest.mark.parametrize(
    "line",
    [
        "pip install rich websockets==12.0",
        "pip install \\\n    'websockets<14' \\\n    rich",
        "uv pip install websockets~=13.0",
        "conda install websockets=12",
        "    deps = websockets>=10,<13",
    ],
)
@pytest.mark.parametrize("name", ["Dockerfile", WORKFLOW, "run.sh", "README.md", "tox.ini", "Makefile"])
def test_websockets_held_below_14_is_a_note_wherever_it_is_installed(tool: Tool, name: str, line: str) -> None:
    put(tool.folder, {"bot.py": SDK, name: f"#\n{line}\n"})
    assert tool(".", "--write").code == 0
    checked = tool(".", "--check", "--format", "json")
    assert checked.code == 0
    assert checked.findings() == [(name, "V3M703", False)]


@pytest.mark.parametrize(
    "line",
    [
        "pip install websockets",
        "pip install websockets==14.2",
        "pip install 'websockets>=10'",
        "pip install python-websockets==9 websockets-proxy==1",
        "see websockets==12",
    ],
)
def test_any_other_websockets_is_none(tool: Tool, line: str) -> None:
    put(tool.folder, {"bot.py": SDK, "Dockerfile": f"RUN {line}\n"})
    assert tool(".", "--write").code == 0
    assert tool(".", "--check", "--format", "json").findings() == []


def test_of_websockets_nothing_is_told_where_no_program_uses_the_sdk(tool: Tool) -> None:
    put(tool.folder, {"bot.py": "import websockets\n", "Dockerfile": "RUN pip install websockets==12\n"})
    assert tool(".", "--check", "--format", "json").findings() == []

"""Files that are no Python: every kind that can keep v2 alive is named, with its place and what v3 has instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator.documents.configuration_file import NAMES
from migrator.documents.page import is_page
from migrator.mentions.kinds import Kind, holds_settings, kind_of
from migrator.mentions.words import mentions
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, V2, put, repository

URL = "wss://api.assemblyai.com/v2/realtime/ws"

CONFIGURATION = {
    ".env": f"X=1\nASSEMBLY_URL={URL}\n",
    ".env.production": f"ASSEMBLY_URL={URL}?sample_rate=8000\n",
    "compose.yaml": f"services:\n  bot:\n    environment:\n      URL: {URL}\n",
    "k8s/deployment.yml": f'env:\n- name: URL\n  value: "{URL}"\n',
    "chart/values.yaml": f"url: {URL}\n",
    "settings.toml": f'url = "{URL}"\n',
    "settings.json": f'{{"url": "{URL}"}}\n',
    "settings.ini": f"[a]\nurl = {URL}\n",
    "app.properties": f"url={URL}\n",
    "app.conf": f"url {URL}\n",
    "web.xml": f"<url>{URL}</url>\n",
    "bot.service": f"Environment=URL={URL}\n",
    "Dockerfile": f"FROM python\nENV URL={URL}\n",
    "Dockerfile.prod": f"ARG URL={URL}\n",
    "Makefile": f"run:\n\tURL={URL} python bot.py\n",
    "justfile": f'url := "{URL}"\n',
    "Procfile": f"worker: URL={URL} python bot.py\n",
    "Jenkinsfile": f'environment {{ URL = "{URL}" }}\n',
    "main.tf": f'variable "url" {{ default = "{URL}" }}\n',
    ".github/workflows/ci.yml": f"env:\n  URL: {URL}\n",
    "run.sh": f"websocat {URL}\n",
    "run.ps1": f'$url = "{URL}"\n',
    "calls.postman_collection.json": f'{{"raw": "{URL}"}}\n',
}
_IN_LANGUAGES = (
    *("web/app.js", "web/app.ts", "web/page.html", "App.vue", "main.go", "Bot.java", "Bot.kt", "Bot.cs"),
    *("bot.rb", "bot.php", "Bot.swift", "bot.dart", "bot.rs"),
)
LANGUAGES = dict.fromkeys(_IN_LANGUAGES, f'const url = "{URL}"\n')
DOCUMENTS = dict.fromkeys(("README.md", "docs/a.mdx", "a.rst", "a.adoc", "README"), f"# How\n\n`{URL}`\n")
MADE = {
    "templates/env.j2": f"URL={URL}?rate={{{{ rate }}}}\n",
    "{{name}}/settings.cfg": f"url = {URL}\n",
    "web/app.min.js": f'var u="{URL}"\n',
    "web/bundle.js": f'var u="{URL}";' + "x();" * 2000 + "\n",
    "package-lock.json": f'{{"u": "{URL}"}}\n',
}
EVERYTHING = {
    **dict.fromkeys(CONFIGURATION, "V3M801"),
    **dict.fromkeys(LANGUAGES, "V3M804"),
    **dict.fromkeys(DOCUMENTS, "V3M803"),
    **dict.fromkeys(MADE, "V3M805"),
}
TEXTS = {**CONFIGURATION, **LANGUAGES, **DOCUMENTS, **MADE}


@pytest.mark.parametrize("make", [put, repository])
def test_every_kind_of_file_is_named_at_its_place(tool: Tool, make) -> None:  # type: ignore[no-untyped-def]
    make(tool.folder, {**TEXTS, "clean.py": CLEAN, "node_modules/x/a.js": TEXTS["web/app.js"]})
    ran = tool(".", "--check", "--format", "json")
    assert ran.code == 1
    found = {file["path"]: file["findings"] for file in ran.json["files"]}
    assert {path: findings[0]["code"] for path, findings in found.items()} == EVERYTHING
    for path, (finding, *more) in found.items():
        line = next(number for number, line in enumerate(TEXTS[path].split("\n"), 1) if URL in line)
        column = TEXTS[path].split("\n")[line - 1].index(URL) + 1
        assert (finding["line"], finding["column"], more) == (line, column, []), path
    notes = {path for path, (finding,) in found.items() if finding["severity"] == "note"}
    assert notes == set(DOCUMENTS)
    assert ran.json["summary"]["notes"] == len(DOCUMENTS)
    for path, text in TEXTS.items():
        assert (tool.folder / path).read_text() == text


def test_the_table_of_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/files.md").read_text()
    rows = {name: (moved, why) for name, moved, why in re.findall(r"(?m)^\| `(.+?)` \| (yes|no) \| ?(.*?) ?\|$", page)}
    assert rows.keys() == TEXTS.keys()
    for name, (moved, why) in rows.items():
        by_name = bool(NAMES.search(name) and holds_settings(name)) or is_page(name)
        assert ((moved == "yes"), bool(why)) == (by_name, not by_name), name


def test_a_document_alone_fails_no_check(tool: Tool) -> None:
    put(tool.folder, {"clean.py": CLEAN, "README.md": DOCUMENTS["README.md"]})
    ran = tool(".", "--check")
    assert ran.code == 0
    assert "README.md:3:2 V3M803 v2 address: in v3 " in ran.text
    assert ran.text.endswith("2 files checked: no AssemblyAI v2 usage, 1 note.\n")
    assert tool(".", "--check", "--ignore", "V3M803").text == "1 file checked: no AssemblyAI v2 usage.\n"
    assert tool(".", "--check", "--exclude", "README.md").text == "1 file checked: no AssemblyAI v2 usage.\n"


@pytest.mark.parametrize(
    ("name", "line", "old"),
    [
        ("Dockerfile", "RUN pip install assemblyai==0.33.0 websockets", "assemblyai==0.33.0"),
        ("Dockerfile", 'RUN uv pip install --system "assemblyai[extras]"', "assemblyai[extras]"),
        (".github/workflows/a.yml", "      - run: pip install 'assemblyai<0.50' pytest", "assemblyai<0.50"),
        ("tox.ini", "deps = assemblyai ~= 0.20", "assemblyai ~= 0.20"),
        ("README.md", "    pip install assemblyai==0.17", "assemblyai==0.17"),
        (
            ".devcontainer/devcontainer.json",
            '"postCreateCommand": "pip install assemblyai==0.64.2"',
            "assemblyai==0.64.2",
        ),
    ],
)
def test_pins_outside_of_requirement_files_are_named(tool: Tool, name: str, line: str, old: str) -> None:
    put(tool.folder, {"clean.py": CLEAN, name: f"a\n{line}\n"})
    (file,) = tool(".", "--check", "--format", "json").json["files"]
    (finding,) = file["findings"]
    assert (finding["code"], finding["line"], finding["column"]) == ("V3M802", 2, line.index(old) + 1)
    assert "install assemblyai>=0.64.16" in finding["message"]


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install assemblyai==1.8.2",
        "RUN pip install 'assemblyai>=0.33'",
        "RUN pip install assemblyai",
        "RUN pip install my-assemblyai==0.1",
        "# assemblyai==0.33.0 was the last that we tried",
    ],
)
def test_pins_that_allow_v3_are_not(tool: Tool, line: str) -> None:
    put(tool.folder, {"clean.py": CLEAN, "Dockerfile": f"{line}\nRUN echo assemblyai==\n"})
    assert tool(".", "--check").code == 0


def test_requirement_files_are_told_of_once(tool: Tool) -> None:
    made = "aai.RealtimeTranscriber(on_data=print, on_error=print, sample_rate=8000)"
    sdk = f"import assemblyai as aai\n\n{made}.connect()\n"
    put(tool.folder, {"bot.py": sdk, "requirements.txt": "assemblyai[extras]==0.33.0\n"})
    found = tool(".", "--check", "--format", "json").findings()
    assert [code for path, code, _ in found if path == "requirements.txt"] == ["V3M701"]


def test_the_npm_sdk_in_its_own_words() -> None:
    text = (
        'import { RealtimeTranscriber } from "assemblyai";\n'
        "const t = client.realtime.transcriber({ token });\n"
        't.on("transcript.final", (m) => show(m.text));\n'
        "const k = await client.realtime.createTemporaryToken({ expires_in: 60 });\n"
    )
    told = [(text[m.start : m.end], m.message) for m in mentions(Kind.JAVASCRIPT, text)]
    assert [word for word, _ in told] == [
        "RealtimeTranscriber",
        "realtime.transcriber",
        '"transcript.final"',
        "realtime.createTemporaryToken",
    ]
    assert "client.streaming.transcriber(" in told[1][1]
    assert "streaming.createTemporaryToken({expires_in_seconds" in told[3][1]
    assert not list(mentions(Kind.JAVASCRIPT, text.replace('from "assemblyai"', 'from "./ours"')))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            'import "github.com/AssemblyAI/assemblyai-go-sdk"\n'
            "t := &assemblyai.RealTimeTranscriber{OnFinalTranscript: show}\n"
            "c := assemblyai.NewRealTimeClientWithOptions(assemblyai.WithRealTimeTranscriber(t))\n",
            ["assemblyai.RealTimeTranscriber", "OnFinalTranscript", "assemblyai.NewRealTimeClientWithOptions"],
        ),
        (
            "import com.assemblyai.api.AssemblyAI;\n"
            "var t = RealtimeTranscriber.builder().onPartialTranscript(show).build();\n"
            "var k = client.realtime().createTemporaryToken(60);\n",
            ["RealtimeTranscriber", "onPartialTranscript", "realtime().createTemporaryToken"],
        ),
        (
            "using AssemblyAI.Realtime;\nawait using var t = new RealtimeTranscriber(options);\n"
            "t.FinalTranscriptReceived.Subscribe(show);\nvar k = await c.Realtime.CreateTemporaryTokenAsync(60);\n",
            ["RealtimeTranscriber", "FinalTranscriptReceived", "Realtime.CreateTemporaryTokenAsync"],
        ),
    ],
    ids=["Go", "Java", "C#"],
)
def test_sdks_that_ended_are_told_in_their_own_words(text: str, words: list[str]) -> None:
    told = [(text[m.start : m.end], m.message) for m in mentions(Kind.OTHER_LANGUAGE, text)]
    assert [word for word, _ in told] == words
    assert all("a WebSocket library" in message or "type Turn" in message for _, message in told)
    assert not list(mentions(Kind.OTHER_LANGUAGE, re.sub("assemblyai", "other", text, flags=re.IGNORECASE)))


def test_an_address_with_escaped_slashes_is_one(tool: Tool) -> None:
    text = r'{"x": "wss:\/\/api.assemblyai.com\/v2\/realtime\/ws?sample_rate=8000"}'
    put(tool.folder, {"clean.py": CLEAN, "a.json": text})
    assert ("a.json", "V3M801", False) in tool(".", "--check", "--format", "json").findings()
    (told,) = mentions(Kind.CONFIGURATION, text)
    assert "in v3 wss://streaming.assemblyai.com/v3/ws" in told.message


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (V2, {5}),
        ("import json\n{% if stt %}\n" + V2 + "{% endif %}\n", {7}),
        ('ws.send(json.dumps({"terminate_session": True, "audio_data": ""}))\n', {1}),
        ("import assemblyai as aai\n\nt = aai.RealtimeTranscriber(sample_rate=8000)\n", {3}),
    ],
)
def test_python_in_a_template_is_named_and_not_edited(tool: Tool, text: str, lines: set[int]) -> None:
    put(tool.folder, {"clean.py": CLEAN, "{{cookiecutter.name}}/bot.py": text})
    assert tool(".", "--write").code == 1
    assert tool.read("{{cookiecutter.name}}/bot.py") == text
    (file,) = tool(".", "--check", "--format", "json").json["files"]
    assert {finding["code"] for finding in file["findings"]} == {"V3M805"}
    assert lines <= {finding["line"] for finding in file["findings"]}
    assert "npm" not in str(file) and "sampleRate" not in str(file)


def test_a_path_apart_from_its_host_is_told(tool: Tool) -> None:
    files = {"clean.py": CLEAN, ".env": "STT_HOST=api.assemblyai.com\nSTT_PATH=/v2/realtime/ws\n"}
    put(tool.folder, {**files, "other.env": "STT_HOST=stt.example\nSTT_PATH=/v2/realtime/ws\n"})
    assert tool(".", "--check", "--format", "json").findings() == [(".env", "V3M801", False)]


BOOSTED = """\
import json
import os
from urllib.parse import urlencode

import websocket

TERMS = {read}
URL = "wss://api.assemblyai.com/v2/realtime/ws?" + urlencode({{"sample_rate": 8000, "word_boost": json.dumps(TERMS)}})
print(json.loads(websocket.create_connection(URL).recv())["session_id"])
"""


@pytest.mark.parametrize(
    ("read", "key"),
    [
        ('os.environ["WORD_BOOST"].split()', "WORD_BOOST"),
        ('os.getenv("BOT_WORD_BOOST", "").split()', "BOT_WORD_BOOST"),
        ('json.load(open("bot.json"))["word_boost"]', "word_boost"),
    ],
)
def test_a_setting_that_is_read_for_an_option_of_v2_is_a_note(tool: Tool, read: str, key: str) -> None:
    text = f'# {key} is for names\nX=1\n{key}="Ann Bob"\nMORE_{key}=1\n'
    put(tool.folder, {"bot.py": BOOSTED.format(read=read), "app.env": text})
    ran = tool(".", "--write", "--format", "json")
    (file,) = [file for file in ran.json["files"] if file["path"] == "app.env"]
    (finding,) = file["findings"]
    assert (finding["code"], finding["line"], finding["column"]) == ("V3M807", 3, 1)
    assert finding["message"].startswith(f"{key}, read in bot.py:7 for v2's word_boost: v3's keyterms_prompt takes")
    assert tool.read("app.env") == text
    assert tool(".", "--check").code == 0


def test_a_setting_that_nobody_reads_for_it_is_none(tool: Tool) -> None:
    source = BOOSTED.format(read='["Ann"]')
    put(tool.folder, {"bot.py": source, ".env": "WORD_BOOST=x\n", "request.json": '{"word_boost": ["x"]}\n'})
    assert {path for path, _, _ in tool(".", "--check", "--format", "json").findings()} == {"bot.py"}


def test_words_of_other_protocols_are_left_in_peace() -> None:
    other = '{"message_type": "ping", "text": "x", "audio_data": ""}'
    assert not list(mentions(Kind.OTHER_LANGUAGE, other))
    assert not list(mentions(Kind.OTHER_LANGUAGE, "case FinalTranscript:"))
    ours = 'if (m.message_type == "FinalTranscript") {} else if (m.message_type == "PartialTranscript") {}'
    assert [m.message for m in mentions(Kind.OTHER_LANGUAGE, ours)][1] == (
        "FinalTranscript: in v3 type Turn with end_of_turn and turn_is_formatted"
    )


def test_a_token_that_python_mints_and_a_browser_uses_is_told_with_both_places(tool: Tool) -> None:
    token = (
        "import requests\n\n\ndef token(key):\n"
        '    return requests.post("https://api.assemblyai.com/v2/realtime/token",\n'
        '        headers={"authorization": key}, json={"expires_in": 60}).json()["token"]\n'
    )
    page = f"const ws = new WebSocket(`{URL}?sample_rate=16000&token=${{token}}`);\n"
    put(tool.folder, {"server.py": token, "web/app.js": page})
    files = {file["path"]: file["findings"] for file in tool(".", "--format", "json").json["files"]}
    (finding,) = files["web/app.js"]
    assert "the tokens of server.py:5 are v3's now" in finding["message"]


def test_findings_join_those_of_the_same_file(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2, "setup.cfg": f"[bot]\nurl = {URL}\n"})
    assert [path for path, code, _ in tool(".", "--format", "json").findings() if code == "V3M801"] == ["setup.cfg"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/.env", Kind.CONFIGURATION),
        ("Dockerfile", Kind.CONFIGURATION),
        ("LICENSE", Kind.DOCUMENT),
        ("a.JS", Kind.JAVASCRIPT),
        ("a.d.ts", Kind.JAVASCRIPT),
        ("deploy.sh", Kind.SHELL),
        ("a.yaml.j2", Kind.TEMPLATE),
        ("uv.lock", Kind.GENERATED),
    ],
)
def test_kinds(path: str, kind: Kind) -> None:
    assert kind_of(path, "") is kind

"""Settings that a program reads from its environment: they move with it, or neither does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.documents.configuration_file import ConfigurationFile
from migrator.documents.module import DecodingError
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, put

V2, V3 = "wss://api.assemblyai.com/v2/realtime/ws", "wss://streaming.assemblyai.com/v3/ws"
MODEL = "speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"

PROGRAM = """\
import json
import os

import websocket

URL = {url}


def on_message(ws, raw):
    data = json.loads(raw)
    if data["message_type"] == "FinalTranscript":
        print(data["text"])


websocket.WebSocketApp({used}, on_message=on_message)
"""

FORMS = {
    ".env": "# the bot\nSPEECH_URL={}\nKEY=x\n",
    ".env.production": "export SPEECH_URL='{}'\n",
    "deploy/bot.env": 'SPEECH_URL="{}"  # v2\n',
    "compose.yaml": "services:\n  bot:\n    environment:\n      SPEECH_URL: {}\n      X: y\n",
    "docker-compose.yml": "services:\n  bot:\n    environment:\n      - SPEECH_URL={}\n",
    "k8s/deployment.yaml": 'env:\n  - name: SPEECH_URL\n    value: "{}"\n  - name: X\n    value: y\n',
    "Dockerfile": "FROM python\nENV SPEECH_URL={}\nARG X=1\n",
    "docker/Dockerfile.prod": "FROM python\nENV SPEECH_URL {}\n",
    "settings.toml": '[env]\nSPEECH_URL = "{}"\n',
    "settings.json": '{{"env": {{"SPEECH_URL": "{}", "X": 1}}}}\n',
    "bot.service": "[Service]\nEnvironment=SPEECH_URL={}\n",
    "app.properties": "SPEECH_URL={}\n",
    "prod.tfvars": 'SPEECH_URL = "{}"\n',
    "main.tf": 'environment = {{\n  SPEECH_URL = "{}"\n}}\n',
    "run.sh": 'export SPEECH_URL="{}"\npython bot.py\n',
    "start.sh": "SPEECH_URL='{}' exec python bot.py\n",
    "Makefile": "export SPEECH_URL := {}\n\nrun:\n\tpython bot.py\n",
    "run.mk": "run:\n\tSPEECH_URL='{}' python bot.py\n",
    ".github/workflows/bot.yml": "jobs:\n  bot:\n    env:\n      SPEECH_URL: {}\n",
    "chart/values.yaml": "env:\n  SPEECH_URL: '{}'\n",
    "settings.ini": "[env]\nSPEECH_URL = {}\n",
    "anchor.yaml": "x-env: &env\n  SPEECH_URL: &url {}\nb:\n  environment:\n    <<: *env\n    SPEECH_URL: *url\n",
    "item.yaml": 'environment:\n  - "SPEECH_URL={}"\n  - X=1\n',
    "folded.yaml": "environment:\n  SPEECH_URL: >-\n    {}\n  X: 1\n",
    "flow.yaml": "env: [{{name: X, value: y}}, {{name: SPEECH_URL, value: '{}'}}]\n",
    "first.yaml": 'env:\n  - value: "{}"\n    name: SPEECH_URL\n  - value: y\n    name: X\n',
    "config-map.yaml": "data:\n  app.env: |\n    SPEECH_URL={}\n    X=y\n",
    "default.yaml": "environment:\n  SPEECH_URL: ${{SPEECH_URL:-{}}}\n",
    "task.json": '{{"environment": [{{"name": "X", "value": "y"}}, {{\n  "name": "SPEECH_URL",\n  "value": "{}"}}]}}\n',
    "args.json": '{{"args": ["-e", "SPEECH_URL={}", "-e", "X=y"]}}\n',
    "task.tf": 'environment = [{{ name = "SPEECH_URL", value = "{}" }}]\n',
    "quoted.service": '[Service]\nEnvironment="SPEECH_URL={}" "X=y"\n',
    "default.sh": ': "${{SPEECH_URL:={}}}"\nexport SPEECH_URL\n',
    "continued/Dockerfile": 'FROM python\nENV X=y \\\n    SPEECH_URL="{}" \\\n    Y=z\n',
    "used/Makefile": 'SPEECH_URL = {}\n\nrun:\n\tSPEECH_URL="$(SPEECH_URL)" python bot.py\n',
}
READS = ('os.environ["SPEECH_URL"]', 'os.environ.get("SPEECH_URL")', 'os.getenv("SPEECH_URL", "")')


def program(url: str = READS[0], used: str = "URL") -> str:
    return PROGRAM.format(url=url, used=used)


@pytest.mark.parametrize("name", FORMS)
def test_a_setting_moves_with_the_program_that_reads_it(tool: Tool, name: str) -> None:
    text = FORMS[name]
    put(tool.folder, {"bot.py": program(), name: text.format(f"{V2}?sample_rate=8000")})
    assert tool(".", "--write").code == 0
    assert tool.read(name) == text.format(f"{V3}?sample_rate=8000&{MODEL}")
    assert 'data["type"] == "Turn"' in tool.read("bot.py")
    assert tool(".", "--check").code == 0


def test_what_is_left_in_a_file_of_settings_does_not_keep_its_other_values(tool: Tool) -> None:
    value = f"{V2}?sample_rate=8000"
    put(tool.folder, {"bot.py": program(), ".env": f"# {value}\nSPEECH_URL={value}\nNOBODYS={value}\n"})
    assert tool(".", "--write").code == 1
    assert tool.read(".env") == f"# {value}\nSPEECH_URL={V3}?sample_rate=8000&{MODEL}\nNOBODYS={value}\n"


PARSED = {
    "settings.yaml": ("speech:\n  speech_url: {}\n  rate: 1\n", "import yaml", 'yaml.safe_load(open("settings.yaml"))'),
    "conf/bot.yml": ("speech:\n  speech_url: '{}'\n", "import yaml", 'yaml.load(open("conf/bot.yml"), yaml.Loader)'),
    "bot.toml": ('[speech]\nspeech_url = "{}"\n', "import tomllib", 'tomllib.load(open("bot.toml", "rb"))'),
    "bot.json": ('{{"speech": {{"speech_url": "{}"}}}}\n', "import json", 'json.load(open("bot.json"))'),
}


@pytest.mark.parametrize("name", PARSED)
@pytest.mark.parametrize(
    "use", ['["speech"]["speech_url"]', '.get("speech", {}).get("speech_url", "")', '["speech"].get("speech_url")']
)
def test_a_key_of_a_file_that_is_parsed_moves_with_the_program(tool: Tool, name: str, use: str) -> None:
    text, imported, load = PARSED[name]
    source = program(f"load(){use}").replace("\nURL =", f"\n{imported}\n\n\ndef load():\n    return {load}\n\n\nURL =")
    put(tool.folder, {"bot.py": source, name: text.format(f"{V2}?sample_rate=8000")})
    assert tool(".", "--write").code == 0
    assert tool.read(name) == text.format(f"{V3}?sample_rate=8000&{MODEL}")
    assert 'data["type"] == "Turn"' in tool.read("bot.py")
    assert tool(".", "--check").code == 0


def test_an_option_of_a_section_moves_with_the_program(tool: Tool) -> None:
    made = 'config = ConfigParser()\nconfig.read("bot.ini")\nURL = config.get("speech", "speech_url", fallback="")\n'
    source = "from configparser import ConfigParser\n" + program().replace('URL = os.environ["SPEECH_URL"]\n', made)
    put(tool.folder, {"bot.py": source, "bot.ini": f"[speech]\nspeech_url = {V2}?sample_rate=8000\n"})
    assert tool(".", "--write").code == 0
    assert tool.read("bot.ini") == f"[speech]\nspeech_url = {V3}?sample_rate=8000&{MODEL}\n"


@pytest.mark.parametrize(
    ("text", "load"),
    [
        ("other:\n  url: wss://stt.example/v1\nspeech:\n  url: {}\n", 'yaml.safe_load(open("bot.yaml"))'),
        ("speech:\n  url: {}\n", 'yaml.safe_load(open("another.yaml"))'),
        ("speech:\n  url: {}\n", 'requests.get("https://conf.example").json()'),
    ],
)
def test_a_key_that_may_be_anothers_is_told_and_stays(tool: Tool, text: str, load: str) -> None:
    source = "import requests\nimport yaml\n" + program(f'{load}["speech"]["url"]')
    put(tool.folder, {"bot.py": source, "bot.yaml": text.format(V2)})
    assert tool(".", "--write").code == 1
    assert tool.read("bot.yaml") == text.format(V2)
    assert ("bot.yaml", "V3M801", False) in tool(".", "--check", "--format", "json").findings()


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ("    speech_url: str", "SPEECH_URL"),
        ("    speech_url: str = ''", "speech_url"),
        ("    model_config = SettingsConfigDict(env_prefix='BOT_')\n    speech_url: str", "BOT_SPEECH_URL"),
        ("    speech_url: str\n\n    class Config:\n        env_prefix = 'bot_'", "BOT_SPEECH_URL"),
        ("    speech_url: str = Field(validation_alias='STT')", "STT"),
    ],
)
def test_a_class_of_settings_is_filled_from_the_environment(tool: Tool, fields: str, key: str) -> None:
    classes = (
        "from pydantic import Field\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n\n\n"
        f"class Settings(BaseSettings):\n{fields}\n\n\nsettings = Settings()\n"
    )
    source = "from config import settings\n" + program("settings.speech_url")
    put(tool.folder, {"bot.py": source, "config.py": classes, ".env": f"{key}={V2}?sample_rate=8000\n"})
    assert tool(".", "--write").code == 0
    assert tool.read(".env") == f"{key}={V3}?sample_rate=8000&{MODEL}\n"
    assert tool(".", "--check").code == 0


@pytest.mark.parametrize("command", [". ./.env", "set -a; source .env; python bot.py"])
def test_settings_that_a_shell_reads_too_hold_no_ampersand_without_quotes(tool: Tool, command: str) -> None:
    plain, quoted = f"SPEECH_URL={V2}?sample_rate=8000\n", f'SPEECH_URL="{V2}?sample_rate=8000"\n'
    put(tool.folder, {"bot.py": program(), ".env": plain, "run.sh": f"{command}\n"})
    assert tool(".", "--write").code == 1
    assert tool.read(".env") == plain
    put(tool.folder, {"bot.py": program(), ".env": quoted})
    assert tool(".", "--write", "--allow-dirty").code == 0
    assert tool.read(".env") == f'SPEECH_URL="{V3}?sample_rate=8000&{MODEL}"\n'


def test_what_a_program_has_otherwise_in_a_nearer_file_is_not_its_own(tool: Tool) -> None:
    other = "SPEECH_URL=wss://stt.example/v1\n"
    files = {"a/bot.py": program(), "a/.env": f"SPEECH_URL={V2}?sample_rate=8000\n", "b/.env": other}
    put(tool.folder, {**files, "b/talk.py": program().replace("FinalTranscript", "Final")})
    tool(".", "--write")
    assert "v3/ws" in tool.read("a/.env")
    assert tool.read("b/.env") == other
    assert tool.read("b/talk.py") == program().replace("FinalTranscript", "Final")


def test_programs_of_one_group_that_have_a_key_otherwise_move_nothing(tool: Tool) -> None:
    source = program('json.load(open("bot.json"))["speech_url"]')
    shared = "import talk\n" + source
    files = {"bot.json": f'{{"speech_url": "{V2}"}}\n', "b/bot.json": '{"speech_url": "wss://stt.example/v1"}\n'}
    put(
        tool.folder,
        {"bot.py": shared, "talk.py": "from b import hear\n", "b/__init__.py": "", "b/hear.py": source, **files},
    )
    assert tool(".", "--write").code == 1
    assert {name: tool.read(name) for name in files} == files
    assert 'data["message_type"]' in tool.read("bot.py")
    assert 'data["message_type"]' in tool.read("b/hear.py")


def test_a_name_that_means_another_server_elsewhere_in_the_file_moves_nothing(tool: Tool) -> None:
    text = f"a:\n  environment:\n    SPEECH_URL: {V2}\nb:\n  environment:\n    SPEECH_URL: wss://stt.example/v1\n"
    put(tool.folder, {"bot.py": program(), "compose.yaml": text})
    assert tool(".", "--write").code == 1
    assert tool.read("compose.yaml") == text
    assert 'data["message_type"]' in tool.read("bot.py")


@pytest.mark.parametrize(
    "text",
    [
        "x: &url {}\nenvironment:\n  SPEECH_URL: *url\n",
        "environment:\n  SPEECH_URL: &url {}\n  OTHER: *url\n",
        "environment:\n  SPEECH_URL: >-\n    {}\n    &more=1\n",
        "speech-url: {}\n",
        "value: {{{{ default {} .Values.SPEECH_URL }}}}\n",
    ],
)
def test_what_yaml_makes_of_more_than_the_value_is_told_and_stays(tool: Tool, text: str) -> None:
    put(tool.folder, {"bot.py": program(), "a.yaml": text.format(V2)})
    assert tool(".", "--write").code == 1
    assert tool.read("a.yaml") == text.format(V2)


@pytest.mark.parametrize("read", READS)
def test_the_query_is_completed_where_it_is_made(tool: Tool, read: str) -> None:
    put(tool.folder, {"bot.py": program(read, 'f"{URL}?sample_rate=16000"'), ".env": f"SPEECH_URL={V2}\n"})
    assert tool(".", "--write").code == 0
    assert tool.read(".env") == f"SPEECH_URL={V3}\n"
    assert f'f"{{URL}}?sample_rate=16000&{MODEL}"' in tool.read("bot.py")


def test_a_setting_that_nobody_reads_is_told_and_stays(tool: Tool) -> None:
    files = {"bot.py": program(f'"{V2}?sample_rate=8000"'), ".env": f"OTHER_URL={V2}\n"}
    put(tool.folder, files)
    assert tool(".", "--write").code == 1
    assert tool.read(".env") == files[".env"]
    assert [code for path, code, _ in tool(".", "--check", "--format", "json").findings() if path == ".env"] == [
        "V3M801"
    ]


@pytest.mark.parametrize(
    "user",
    [
        'import os\nimport requests\n\nrequests.get(os.environ["SPEECH_URL"])\n',
        'import os\n\nprint("SPEECH_URL is", os.environ["SPEECH_URL"])\n',
    ],
)
def test_a_setting_that_opens_no_socket_stays(tool: Tool, user: str) -> None:
    put(tool.folder, {"bot.py": program(f'"{V2}?sample_rate=8000"'), "user.py": user, ".env": f"SPEECH_URL={V2}\n"})
    tool(".", "--write")
    assert tool.read(".env") == f"SPEECH_URL={V2}\n"
    assert (".env", "V3M801", False) in tool(".", "--check", "--format", "json").findings()


def test_the_default_in_the_program_and_the_setting_move_together(tool: Tool) -> None:
    url = f'os.environ.get("SPEECH_URL", "{V2}?sample_rate=16000")'
    put(tool.folder, {"bot.py": program(url), ".env": f"SPEECH_URL={V2}?sample_rate=8000\n"})
    assert tool(".", "--write").code == 0
    assert f'"{V3}?sample_rate=16000&{MODEL}"' in tool.read("bot.py")
    assert tool.read(".env") == f"SPEECH_URL={V3}?sample_rate=8000&{MODEL}\n"


def test_programs_that_read_the_same_setting_are_one_group(tool: Tool) -> None:
    put(tool.folder, {"a.py": program(), "b.py": program(), ".env": f"SPEECH_URL={V2}?sample_rate=8000\n"})
    assert tool(".", "--write").code == 0
    assert tool.read(".env") == f"SPEECH_URL={V3}?sample_rate=8000&{MODEL}\n"
    assert tool.read("a.py") == tool.read("b.py")


def test_a_program_that_cannot_be_rewritten_leaves_its_settings(tool: Tool) -> None:
    put(tool.folder, {"bot.py": program() + "(\n", ".env": f"SPEECH_URL={V2}\n"})
    assert tool(".", "--write").code == 2
    assert tool.read(".env") == f"SPEECH_URL={V2}\n"


def test_findings_stand_where_the_value_is(tool: Tool) -> None:
    put(tool.folder, {"bot.py": program(), ".env": f"A=1\n\nSPEECH_URL={V2}\n"})
    (file,) = [f for f in tool(".", "--check", "--format", "json").json["files"] if f["path"] == ".env"]
    assert {(f["line"], f["column"], f["end_column"]) for f in file["findings"]} == {(3, 12, 12 + len(V2))}
    assert {f["code"] for f in file["findings"]} == {"V3M101"}


LINES = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), max_size=4)


@settings(max_examples=150, deadline=None)
@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(sorted(FORMS)), st.booleans())
def test_every_byte_around_a_value_stays(
    before: list[str], after: list[str], newline: str, name: str, mark: bool
) -> None:
    middle = FORMS[name].format(V2).replace("\n", newline)
    text = "".join(f"{line}{newline}" for line in before) + middle + newline.join(after)
    data = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    try:
        found = ConfigurationFile.decode(name, data)
    except DecodingError:
        return  # a line that looks like an encoding cookie
    assert found.encode() == found.encode(found.text) == data
    assert [setting.key for setting in found.settings] == ["SPEECH_URL"]
    changed = found.encode(found.text.replace(V2, V3))
    assert changed == data.replace(V2.encode(), V3.encode())
    assert found.reads_back(changed, found.text.replace(V2, V3))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.sh", "export SPEECH_URL={}\n"),
        ("Dockerfile", "FROM python\nRUN SPEECH_URL={} python bot.py\n"),
        ("Dockerfile", "FROM python\nCMD SPEECH_URL={}\n"),
        ("ci.yml", "steps:\n  - run: SPEECH_URL={}\n"),
        ("compose.yaml", "command: sh -c 'export SPEECH_URL={} ; python bot.py'\n"),
        (".env", "export SPEECH_URL={}\n"),
        ("Makefile", "run:\n\tSPEECH_URL={} python bot.py\n"),
        ("Makefile", "SPEECH_URL = {}\n\nrun:\n\tpython bot.py $(SPEECH_URL)\n"),
    ],
)
def test_where_a_shell_would_take_the_ampersand_a_person_moves_it(tool: Tool, name: str, text: str) -> None:
    put(tool.folder, {"bot.py": program(), name: text.format(f"{V2}?sample_rate=8000")})
    assert tool(".", "--write").code == 1
    assert tool.read(name) == text.format(f"{V2}?sample_rate=8000")
    assert (name, "V3M801", False) in tool(".", "--check", "--format", "json").findings()


def test_clean_settings_cost_nothing(tool: Tool) -> None:
    put(tool.folder, {"clean.py": CLEAN, ".env": f"SPEECH_URL={V3}\n"})
    assert tool(".", "--check").text == "1 file checked: no AssemblyAI v2 usage.\n"

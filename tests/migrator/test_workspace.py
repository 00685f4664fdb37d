"""Which files are looked at together."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.analysis.import_graph import Groups, ProjectFolder

_V2 = 'URL = "wss://api.assemblyai.com/v2/realtime/ws"\n'


def test_a_module_of_the_same_name_elsewhere_joins_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "voice/__init__.py": "from .client import URL\n",
        "voice/client.py": _V2 + "from .log import say\n",
        "voice/log.py": "say = print\n",
        "voice/words.py": "import json\n",
        "main.py": "import voice\nfrom handlers import on_message\n",
        "handlers.py": "def on_message(ws, raw): pass\n",
        "shop/__init__.py": "from .client import Shop\n",
        "shop/client.py": "from .basket import Basket\nclass Shop: pass\n",
        "shop/basket.py": "from . import client\nclass Basket: pass\n",
        "till.py": "from shop import client\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    (group,) = Groups(["voice/client.py"], sorted(files), ProjectFolder()).found()
    assert group.paths == ("handlers.py", "main.py", "voice/__init__.py", "voice/client.py", "voice/log.py")
    assert group.hits == {"voice/client.py"}


def test_whoever_has_names_of_the_sdk_from_another_module_is_looked_at_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "stt.py": "import assemblyai as aai\nfrom assemblyai import RealtimeTranscriber as Line, RealtimeError\n",
        "made.py": "from stt import aai\nWire = aai.RealtimeTranscriber\n",
        "two.py": "from stt import (\n    Line as Wire,  # the wire\n    RealtimeError,\n)\n",
        "three.py": "from two import *\n",
        "user.py": "from three import Wire\nWire(sample_rate=16000)\n",
        "other_user.py": "import three\nthree.Wire(sample_rate=16000)\n",
        "made_user.py": "from made import Wire\nWire(sample_rate=16000)\n",
        "main.py": "import user\n",
        "apart.py": "from main import user\n",
        "clean.py": "from json import loads\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    (group,) = Groups(["stt.py"], sorted(files), ProjectFolder()).found()
    assert group.paths == (
        "made.py",
        "made_user.py",
        "other_user.py",
        "stt.py",
        "three.py",
        "two.py",
        "user.py",
    )


def test_a_word_that_others_use_too_joins_only_what_has_to_do_with_v2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "bot.py": _V2 + "import handlers\n",
        "handlers.py": "def on(data): return data['message_type']\n",
        "sender.py": "import handlers\n\ndef wrap(audio): return {'audio_data': audio}\n",
        "speaker.py": "from sender import wrap\n\ndef more(data): return wrap(data['audio_data'])\n",
        "errors.py": "def tag(tags): tags['message_type'] = 'error'\nclient.terminate_session(SessionId=1)\n",
        "archive.py": "def is_final(data): return data['kind'] == 'FinalTranscript'\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    found = {group.paths: group.hits for group in Groups(["bot.py"], sorted(files), ProjectFolder()).found()}
    assert found == {
        ("archive.py",): {"archive.py"},
        ("bot.py", "handlers.py", "sender.py", "speaker.py"): {"bot.py", "handlers.py", "sender.py", "speaker.py"},
    }


def test_who_imports_the_package_it_lies_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "voice/__init__.py": _V2,
        "voice/app.py": "from . import URL\n",
        "voice/deep/__init__.py": "",
        "voice/deep/app.py": "from .. import URL\n",
        "shop/app.py": "from . import URL\n",
        "shop/__init__.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    (group,) = Groups(["voice/__init__.py"], sorted(files), ProjectFolder()).found()
    assert group.paths == ("voice/__init__.py", "voice/app.py", "voice/deep/app.py")


BETWEEN = {
    "a facade": {"facade.py": "from show import show\n", "other.py": "from facade import show\nshow(row())\n"},
    "two facades": {
        "facade.py": "from show import show\n",
        "door.py": "import facade\n\ndef open(row):\n    facade.show(row)\n",
        "other.py": "import door\ndoor.open(row())\n",
    },
    "stars": {
        "facade.py": "from show import *\n",
        "door.py": "from facade import *\n",
        "other.py": "import door\ndoor.show(1)\n",
    },
    "a module passed on": {"facade.py": "import show\n", "other.py": "import facade\nfacade.show.show(row())\n"},
    "a registry": {
        "facade.py": "from show import show\nALL = []\ndef on(f):\n    ALL.append(f)\non(show)\n"
        "def emit(row):\n    ALL[0](row)\n",
        "other.py": "from facade import emit\nemit(row())\n",
    },
    "a queue": {
        "facade.py": "import show, queue\nQ = queue.Queue()\ndef drain():\n    show.show(Q.get())\n",
        "other.py": "import facade\nfacade.Q.put(row())\n",
    },
    "a class": {
        "facade.py": "from show import show\nclass Hub:\n    def emit(self, row):\n        show(row)\n",
        "door.py": "from facade import Hub\nHUB = Hub()\n",
        "other.py": "from door import HUB\nHUB.emit(row())\n",
    },
    "a name as a text": {
        "facade.py": "import importlib\nshow = importlib.import_module('show').show\n",
        "other.py": "from facade import show\nshow(row())\n",
    },
    "what is not Python 3": {
        "facade.py": "from show import show\nprint 'x'\n",
        "other.py": "import facade\nfacade.show(1)\n",
    },
}


@pytest.mark.parametrize("between", BETWEEN)
def test_who_uses_what_another_module_passes_on_is_looked_at_though_it_has_no_word_of_v2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    files = {
        "live.py": _V2 + "from show import show\n",
        "show.py": "def show(event):\n    print(event['message_type'])\n\n\ndef colour(): ...\n",
        "apart.py": "from show import colour\n",
        "far.py": "import apart\napart.colour()\nimport logging\n",
        **BETWEEN[between],
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    (group,) = Groups(["live.py"], sorted(files), ProjectFolder()).found()
    assert group.paths == tuple(sorted({*files} - {"far.py"}))

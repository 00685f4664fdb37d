"""Which names of a module are the SDK's by way of other modules, and what it takes to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from migrator.analysis.import_graph import ProjectFolder
from migrator.analysis.sdk_names import SdkNames


class Made(ProjectFolder):
    """Modules that are nowhere on disk, and how often each was read."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(texts)
        self.reads: Counter[str] = Counter()

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        above = importer.split("/")[:-level] if level else []
        stem = "/".join([*above, *filter(None, module.split("."))])
        return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in self.overlay), None)

    def read(self, path: str) -> str | None:
        self.reads[path] += 1
        return super().read(path)


def passed_on(folder: ProjectFolder, path: str) -> set[str]:
    text = folder.read(path)
    assert text is not None
    return set(SdkNames(folder).passed_on(path, text))


@pytest.mark.parametrize("leads", [True, False])
def test_a_package_that_exports_many_names_through_chains_and_cycles_is_read_once(leads: bool) -> None:
    """Each module imports the package and both of its neighbours: from any name every other one can be reached."""
    count = 100
    texts = {}
    for number in range(count):
        after, before, other = (number + 1) % count, (number - 1) % count, number * 3 % count
        texts[f"kit/m{number}.py"] = (
            f"import kit\nfrom . import m{after}\nfrom .m{before} import *\n"
            f"from kit import Name{other} as Other{number}\nName{number} = Other{number}\n"
        )
    texts["kit/__init__.py"] = "".join(f"from .m{number} import Name{number}\n" for number in range(count))
    if leads:
        texts[f"kit/m{count // 2}.py"] += f"from assemblyai import RealtimeTranscriber as Name{count // 2}\n"
    users = {f"user{number}.py": f"from kit import Name{number}\nimport kit\n" for number in range(count)}
    folder = Made(texts | users)
    names = SdkNames(folder)
    assert [names.takes(user) for user in users] == [leads] * count
    assert set(folder.reads.values()) == {1}
    assert folder.reads.keys() >= texts.keys()


def test_a_chain_as_long_as_a_package_is_followed() -> None:
    texts = {f"m{number}.py": f"from m{number + 1} import Line{number + 1} as Line{number}\n" for number in range(3000)}
    texts["m3000.py"] = "from assemblyai import RealtimeTranscriber as Line3000, Settings as Other\n"
    assert passed_on(Made(texts), "m0.py") == {"Line0"}


def test_a_name_is_followed_and_not_its_module() -> None:
    texts = {
        "kit.py": "from assemblyai import RealtimeTranscriber as Line\n"
        "from json import loads\nWire = Line\nOther = loads\n",
        "user.py": "from kit import Line, Wire, Other, loads\n",
        "through.py": "from user import Wire as Last, Other as No\n",
        "whole.py": "import kit\nimport json\n",
        "star.py": "from user import *\n",
        "sdk_star.py": "from assemblyai import *\n",
        "star_user.py": "from sdk_star import RealtimeTranscript, loads\nfrom sdk_star import *\n",
    }
    folder = Made(texts)
    assert passed_on(folder, "user.py") == {"Line", "Wire"}
    assert passed_on(folder, "through.py") == {"Last"}
    assert passed_on(folder, "whole.py") == {"kit"}
    assert passed_on(folder, "star.py") == {"Line", "Wire"}
    assert passed_on(folder, "kit.py") == set()  # it has them from the SDK itself
    assert passed_on(folder, "star_user.py") >= {"RealtimeTranscript", "RealtimeTranscriber"}
    assert "loads" not in passed_on(folder, "star_user.py")


def test_what_a_package_binds_counts_beside_its_module_of_that_name() -> None:
    """`from kit import stt` is what `kit` has bound to that name, if it has, and else the module."""
    texts = {
        "kit/__init__.py": "from assemblyai import RealtimeTranscriber as stt\n",
        "kit/stt.py": "import json\n",
        "user.py": "from kit import stt\n",
    }
    assert passed_on(Made(texts), "user.py") == {"stt"}

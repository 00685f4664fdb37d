"""The hooks, run by pre-commit itself: from a repository of ours with a tag, in that of a user."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import yaml

from scripts.matrix import interpreter
from tests.migrator.programs import CLEAN, LEFT, V2, V3, git, put, repository

ROOT = Path(__file__).resolve().parent.parent


def test_pre_commit_checks_and_fixes_and_its_hint_can_be_typed(tmp_path: Path) -> None:
    """One test, since installing into pre-commit's environment takes its time, and both hooks share that."""
    ours, user = tmp_path / "v3-migrate", tmp_path / "user"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    names = [name for name in tracked.decode().split("\0") if name and (ROOT / name).is_file()]
    shipped = [name for name in names if name.split("/")[0] not in ("tests", "docs", "benchmarks")]
    repository(ours, {name: (ROOT / name).read_bytes() for name in shipped if not name.startswith("fixtures/legacy")})
    git(ours, "tag", "v1.0.0")
    hooks = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]
    assert hooks == ["v3-migrate", "v3-migrate-fix"]
    repository(user, {"clean.py": CLEAN})
    program = Path(interpreter("pre-commit")).with_name("pre-commit")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "V3_"))}
    environment |= {"PRE_COMMIT_HOME": str(tmp_path / "home"), "XDG_STATE_HOME": str(tmp_path / "state")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}

    def use(hook: str) -> None:
        known = {"repo": str(ours), "rev": "v1.0.0", "hooks": [{"id": hook}]}
        put(user, {".pre-commit-config.yaml": yaml.safe_dump({"repos": [known]})})
        git(user, "add", "--all")

    def commit() -> tuple[int, str]:
        words = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "x"]
        ran = subprocess.run(
            words, cwd=user, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return ran.returncode, ran.stdout

    use("v3-migrate")
    subprocess.run([program, "install"], cwd=user, env=environment, check=True, capture_output=True)
    put(user, {"bot.py": V2, "left.py": LEFT, "other.py": CLEAN})
    git(user, "add", "--all")
    code, said = commit()
    assert code == 1
    assert "bot.py:5:7 V3M101 " in said
    # Typed by somebody in whose shell there is no v3-migrate, while the files are staged.
    hint = re.search(r"1\. To fix: (.*)", said)
    assert hint is not None
    assert shlex.split(hint[1])[1:] == ["bot.py", "left.py", "--write", "--allow-dirty"]
    typed = subprocess.run(hint[1], shell=True, cwd=user, env=environment, capture_output=True, text=True, check=False)
    assert typed.returncode == 1, typed.stderr  # one place is left for a person
    assert (user / "bot.py").read_text() == V3
    (user / "left.py").unlink()
    git(user, "add", "--all")
    assert commit()[0] == 0

    use("v3-migrate-fix")
    put(user, {"bot.py": V2})
    git(user, "add", "--all")
    code, said = commit()
    assert code == 1
    assert "files were modified by this hook" in said
    assert (user / "bot.py").read_text() == V3
    git(user, "add", "--all")
    assert commit()[0] == 0

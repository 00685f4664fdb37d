"""A type checker has nothing to say of a migrated program that it did not say of the original.

Checked against the SDK's own types: those of the last release with the legacy classes, and those of the newest one.
These are pydantic models, so its plugin takes part, as it must for whoever checks the vendor's own examples.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from scripts.matrix import interpreter
from tests.codemods.test_no_new_complaints import PAIRS

#: What else the programs import, by environment.
LIBRARIES = {"websocket-client-newest": ["websocket"], "aiohttp-newest": ["aiohttp", "yarl", "multidict"]}
ERROR = re.compile(r".*?m(?P<number>\d+)\.py:\d+: error: (?P<message>.*)")
#: One and the same thing under two names.
TWINS = {
    r"(?i)realtimetranscriber|streamingclient": "Client",
    r'attribute "(close|disconnect)"': 'attribute "end"',
    r'attribute "(?:message_)?type"': 'attribute "type"',
    r'(?:Item )?"None"(?: of "[^"]*")? has no attribute ("\w+")  \[[a-z-]+\]': r'"None" has no attribute \1',
}
#: Asks for an annotation, which programs without any do not have either.
WANTS_ANNOTATION = "[var-annotated]"
#: What is left: a factory hands a client to who connects and ends it, so the client itself keeps what these need; a
#: callable made of two calls; a session from elsewhere, which is left to a person.
KNOWN = {
    "fixtures/legacy/sdk_factory/v3/factory.py": {"session_parameters", "on_close"},
    "fixtures/legacy/sdk_imports/v3/tail.py": {"on_close"},
    "case sdk_optional_import": {"on_close"},
    "case sdk_sessions_kept": {"on_close"},
    "case sdk_methods_handed_over": {"does not return a value"},
    "case sdk_transcriber_from_elsewhere": {"end", "params", "force_end_utterance"},
}
GIVEN = re.compile(r'has no attribute "(?P<name>\w+)"')


def site_packages(environment: str) -> Path:
    python = interpreter(environment)
    return next(python.parent.parent.glob("lib/python3*/site-packages"))


def complaints(folder: Path, sdk: str, texts: list[str]) -> dict[int, Counter[str]]:
    """Return what mypy says of each program, without the lines."""
    links = folder / "libraries"
    links.mkdir(parents=True)
    wanted = [(environment, name) for environment, names in LIBRARIES.items() for name in names]
    for environment, name in [*wanted, (sdk, "assemblyai")]:
        (links / name).symlink_to(site_packages(environment) / name)
    programs = folder / "programs"
    programs.mkdir()
    for number, text in enumerate(texts):
        (programs / f"m{number}.py").write_text(text, encoding="utf-8")
    (folder / "mypy.ini").write_text("[mypy]\nplugins = pydantic.mypy\n")
    options = ["--follow-imports=silent", "--ignore-missing-imports", "--check-untyped-defs", "--no-error-summary"]
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--config-file", folder / "mypy.ini", "--cache-dir", folder / "cache",
         "--python-executable", interpreter(sdk), programs],
        capture_output=True,
        text=True,
        env={**os.environ, "MYPYPATH": str(links)},
        check=False,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for line in ran.stdout.splitlines():
        if (match := ERROR.match(line)) is not None:
            message = match["message"]
            for pattern, name in TWINS.items():
                message = re.sub(pattern, name, message)
            found[int(match["number"])][message] += 1
    return found


def is_new(message: str, after: str) -> bool:
    """Return whether a complaint is about more than a program that has no annotations not having some."""
    if "->" in after or re.search(r"\w: \w+[,)=]", after):
        return True
    given = GIVEN.search(message)
    return not message.endswith(WANTS_ANNOTATION) and (given is None or f".{given['name']} = " not in after)


def test_a_type_checker_has_no_complaint_that_the_original_did_not_have(tmp_path: Path) -> None:
    before = complaints(tmp_path / "before", "sdk-0.64.2", [old for _, old, _ in PAIRS])
    after = complaints(tmp_path / "after", "sdk-newest", [new for _, _, new in PAIRS])
    assert sum(counter.total() for counter in before.values()) > 50  # it does look
    new = {
        name: [
            message
            for message in after[number] - before[number]
            if is_new(message, text) and not any(known in message for known in KNOWN.get(name, ()))
        ]
        for number, (name, _, text) in enumerate(PAIRS)
    }
    assert {name: messages for name, messages in new.items() if messages} == {}

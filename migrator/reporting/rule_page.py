"""The page of one rule, in Markdown: what `explain` renders in a terminal, and a page of the documentation."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.rule import RuleDoc

FAMILIES = {
    "V3M1": "Endpoint, parameters, token",
    "V3M2": "Audio",
    "V3M3": "Messages and their fields",
    "V3M4": "Control messages and close codes",
    "V3M5": "Threads, resources, the end of a session",
    "V3M6": "Python SDK",
    "V3M7": "Dependencies",
    "V3M8": "Configuration, documents, other languages",
    "V3M9": "Found, cannot be rewritten",
}
"""Code of a family of rules to its title."""

_SAFETY = {
    "safe": "Safe: the meaning is kept. Applied by default.",
    "unsafe": "Likely right, not proven: applied with `--unsafe`.",
    "manual": "Reported, for a person to act.",
}
_WIDTH = 79


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A finding that comes from the tool itself, not from a rule of `codemods`."""

    code: str
    name: str
    summary: str
    why: str
    safety: str = "manual"


# What is found by looking at files other than programs, or at a run as a whole.
OWN = (
    OwnRule(
        "V3M701",
        "sdk-requirement",
        "the project asks for an SDK that has what the migrated code needs",
        "Code written for v3 runs on the vendor's SDK from 0.64.16 on: older ones lack it, or drop what was said "
        "last. Requirements files, constraints, pyproject.toml, Pipfile, setup.cfg, setup.py and the `pip:` list of "
        "environment.yml are raised to it, in the style of the old specifier; what is recent enough stays. The option "
        "`extras` went with SDK 1.0.0: pyaudio, which it brought, is listed by itself.",
        "safe",
    ),
    OwnRule(
        "V3M702",
        "sdk-requirement-by-hand",
        "an SDK that is too old is asked for where only a person can change it",
        "Lock files, requirements with hashes and those made by a tool are made anew from what they are made from; a "
        "repository, a list that is computed and conda's own packages need a look. They are reported, never edited.",
    ),
    OwnRule(
        "V3M703",
        "websockets-requirement",
        "websockets is held below 14",
        "Only a note, which fails no check: below websockets 14, the SDK's `disconnect()` takes ten seconds when it "
        "is called in a handler. Allow 14 or newer where your own code can run on it. Told of requirement files and of "
        "lines that install it: images, workflows, scripts, tox, nox, devcontainers, pages.",
    ),
    OwnRule(
        "V3M801",
        "configuration",
        "configuration or a script names v2",
        "A v2 address in `.env`, Compose, Kubernetes, Terraform, a Makefile or a shell script fails as soon as it is "
        "used, whatever the program says by default. Put in v3's; where the program adds the query, the parameters "
        "belong there (V3M101), where the file holds it, here.",
    ),
    OwnRule(
        "V3M802",
        "pin",
        "an image, a workflow or a script installs an SDK without v3",
        "The image builds, and the program dies at its first import. Migrated code needs assemblyai 0.64.16; the "
        "option `extras` went with 1.0.0. Dockerfiles, workflows, scripts, Makefiles, tox, nox, devcontainers pages "
        "are raised to it with the program that they install it for, as requirement files are (V3M701). Where no "
        "program of the run needs it, or quotes leave no room for the new words, the place is reported.",
        "safe",
    ),
    OwnRule(
        "V3M803",
        "document",
        "a document tells of v2",
        "Programs in the Python blocks of Markdown, reStructuredText and AsciiDoc are migrated like any other, all "
        "blocks of a page as one program, but without comments of the tool. A page is left as it is, and the note says "
        "why, if it tells of v2 on purpose (a changelog, a migration guide, one that shows v3 as well), or if its code "
        "needs a person. What stands in sentences is never edited: a note names it, and fails no check.",
    ),
    OwnRule(
        "V3M804",
        "language",
        "a program in another language speaks v2",
        "A browser that opens the v2 socket gets nothing, whoever mints its token. The advice is in the words of that "
        "language: the npm SDK's RealtimeTranscriber, or messages on a raw socket. Such files are never edited.",
    ),
    OwnRule(
        "V3M805",
        "made-file",
        "a template or a generated file speaks v2",
        "A template is edited by hand, so that what is made from it speaks v3; a bundle, a lock file or a source map "
        "is made anew from what it was made from.",
    ),
    OwnRule(
        "V3M806",
        "description",
        "a comment or docstring describes v2's messages",
        "Only a note, which fails no check: nothing breaks, but the next reader looks for messages that never come. "
        "In sentences, v3's word is put in with `--unsafe`; in examples of code, and where v3 has no such word, say it "
        "anew by hand.",
        "unsafe",
    ),
    OwnRule(
        "V3M807",
        "option-setting",
        "a setting is named after an option of v2 that a program reads it for",
        "Only a note, which fails no check: `WORD_BOOST=...` goes on to be read by the migrated program, which now "
        "sends it as `keyterms_prompt`; other options have no counterpart, and their settings do nothing. The note "
        "names the place that reads the setting. It is told once, while that program is migrated.",
    ),
    OwnRule(
        "V3M900",
        "unexplained-word",
        "v2 word that no rule explains",
        "Every v2 word in the code of a file has to be rewritten, reported or suppressed. This one is none of these: "
        "the tool could not tell what it is for. Look whether it reaches AssemblyAI, and move it by hand if so; if "
        "not, silence it with `# v3-migrate: ignore[V3M900]` on its line.",
    ),
    OwnRule(
        "V3M901",
        "unused-suppression",
        "suppression that silences nothing, or does not say what",
        "A comment `# v3-migrate: ignore[CODE]` holds for its line; alone on a line, for the statement below it. Where "
        "nothing with that code is found, `--write` removes it, so that it cannot hide a later mistake. One that names "
        "no rule keeps the tool away as well, but is reported until it does, and so is a code that no rule has.",
    ),
)


def index(rules: Sequence[RuleDoc | OwnRule]) -> Iterator[tuple[str, list[RuleDoc | OwnRule]]]:
    """Yield the title of each family that has rules, and its rules by code."""
    for prefix, title in FAMILIES.items():
        if found := sorted((rule for rule in rules if rule.code.startswith(prefix)), key=lambda rule: rule.code):
            yield f"{prefix}xx {title}", found


def safety(rule: RuleDoc | OwnRule) -> str:
    """Return `safe`, `unsafe` or `manual`."""
    return rule.safety if isinstance(rule, OwnRule) else rule.safety.value


def page(rule: RuleDoc | OwnRule) -> str:
    """Return the page of a rule as Markdown, its paragraphs wrapped to 79 columns."""
    parts = [f"# {rule.code}: {rule.summary}", _wrapped(rule.why)]
    if isinstance(rule, OwnRule):
        parts += ["## Safety", _SAFETY[rule.safety]]
        return "\n\n".join([*parts, *_silencing(rule.code)]) + "\n"
    for number, example in enumerate(rule.examples, 1):
        title = "## Example" if len(rule.examples) == 1 else f"## Example {number}"
        parts += [title, _fenced("diff", _difference(example.before, example.after))]
    if rule.instead:
        asked = [] if rule.safety.value == "manual" else ["Where it cannot be rewritten, and a person is asked:"]
        parts += ["## Use instead", *asked, *(_fenced("python", code) for code in rule.instead)]
    if rule.untouched:
        parts += ["## Left as it is", *(_fenced("python", code) for code in rule.untouched)]
    hardening = "Not a need of v3: part of a run with `--harden` only." if rule.hardening else ""
    told = filter(None, [_SAFETY[rule.safety.value], rule.safety_reason, hardening])
    parts += ["## Safety", _wrapped(" ".join(told))]
    parts += _silencing(rule.code)
    parts += ["## Source", f"<{rule.source.url}> (read {rule.source.read})"]
    return "\n\n".join(parts) + "\n"


def _silencing(code: str) -> list[str]:
    text = (
        f'`# v3-migrate: ignore[{code}]` at the end of a line keeps the tool away from it; `ignore = ["{code}"]` or '
        "`per-file-ignores` under `[tool.v3-migrate]` in pyproject.toml from a project or some of its files."
    )
    return ["## To silence it", _wrapped(text)]


def _wrapped(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _fenced(language: str, code: str) -> str:
    return f"```{language}\n{code.strip(chr(10))}\n```"


def _difference(before: str, after: str) -> str:
    """Return the whole program with its changed lines marked: unlike a patch, it has neither headers nor gaps."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return "\n".join(f"{line[0]}{line[2:]}".rstrip() for line in lines if not line.startswith("?"))

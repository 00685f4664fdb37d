"""Which pages of documentation show programs that can be migrated, and which teach v2 on purpose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from codemods.model import Finding
from migrator.analysis import descriptions
from migrator.analysis.outcome import Outcome
from migrator.documents.module import DecodingError
from migrator.documents.page import Page, is_page
from migrator.files.paths import PARSE_LIMIT, regular
from migrator.files.prefilter import may_speak_v2

_NAME = re.compile(
    r"(?:^|/)(?:(?:CHANGE|HISTORY|NEWS|RELEASE)[^/]*|[^/]*(?:migrat|upgrad|legacy|deprecat)[^/]*)$", re.IGNORECASE
)
_TITLE = re.compile(
    r"^(?:#{1,6}|={1,6}) .*$|^.+(?=\r?\n[=~^\"'#*+-]{4,}[ \t]*$)",
    re.MULTILINE,
)
_OF_BOTH = re.compile(
    r"\b(?:migrat|upgrad|mov)\w*\b.*\bv[23]\b|\bv2\b.*\bv3\b|\blegacy\b|\bdeprecated\b|\bbefore\b.*\bafter\b",
    re.IGNORECASE,
)
_V3 = re.compile(r"streaming(?:\.eu|\.us)?\.assemblyai\.com|assemblyai\.com/v3\b|assemblyai\.streaming\b")


@dataclass(slots=True)
class Pages:
    """What was found.

    Attributes:
        programs: pages whose blocks of Python speak v2.
        reasons: page to why it is left as it is.
    """

    programs: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    def settled(self, found: Sequence[Outcome]) -> list[Outcome]:
        """Return the outcomes without those of pages that cannot be migrated as a whole; why not is a reason then.

        Half of a program, without a comment that says what is missing, would mislead whoever reads the page.
        """
        kept = []
        for outcome in found:
            if outcome.path in self.programs and (outcome.error is not None or _for_a_person(outcome)):
                self.reasons[outcome.path] = _reason(outcome)
            else:
                kept.append(outcome)
        return kept


def _for_a_person(outcome: Outcome) -> list[Finding]:
    return [finding for finding in outcome.left if finding.code != descriptions.CODE]


def _reason(outcome: Outcome) -> str:
    if outcome.error is not None:
        return outcome.error.removeprefix("left alone: ").removesuffix(" (a defect of v3-migrate)")
    first = _for_a_person(outcome)[0]
    return f"its code needs a person (line {first.span.line}, {first.code}: {first.message})"


def pages(paths: Iterable[str]) -> Pages:
    """Look at the pages among some files that mention v2."""
    found = Pages()
    for path in paths:
        if not is_page(path):
            continue
        try:
            with open(path, "rb", opener=regular) as file:
                page = Page.decode(file.read(PARSE_LIMIT))
        except (OSError, DecodingError):
            continue
        if reason := _on_purpose(path, page):
            found.reasons[path] = reason
        elif may_speak_v2(page.text.encode("utf-8", "replace")):
            found.programs.append(path)
    return found


def _on_purpose(path: str, page: Page) -> str:
    """Return why a page seems to tell of v2 on purpose; empty if it does not."""
    if _NAME.search(path):
        return f"{path.rpartition('/')[2]} tells what was"
    prose = page.prose
    for title in _TITLE.finditer(prose):
        if _OF_BOTH.search(title[0]):
            return f'its title "{title[0].strip("#= ")}" says so'
    speaks = [may_speak_v2(block.source.encode("utf-8", "replace")) for block in page.blocks]
    of_v3 = [_V3.search(block.source) is not None for block in page.blocks]
    if _V3.search(prose) or (any(speaks) and any(of_v3)):
        return "it shows v3 as well"
    return ""

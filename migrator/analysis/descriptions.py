"""Comments and docstrings that describe v2's messages: they mislead, and break nothing."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from contextlib import suppress

from codemods.model import Finding, Options, Safety, Span

CODE = "V3M806"

_IN_V3 = {
    "FinalTranscript": "final Turn",
    "PartialTranscript": "partial Turn",
    "SessionBegins": "Begin",
    "SessionTerminated": "Termination",
    "terminate_session": "Terminate",
    "audio_data": "",
    "api.assemblyai.com/v2/realtime/ws": "streaming.assemblyai.com/v3/ws",
}
"""What to say in v3; nothing where only a person can."""
_WORDS = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, _IN_V3)) + r")(?!\w)")
_OURS = re.compile(r"TODO\(v3-migrate\)")
_BEFORE = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT, tokenize.ENCODING)


def found(text: str, options: Options) -> list[Finding]:
    """Return a note for each comment and docstring that describes v2, in a program that has to do with AssemblyAI."""
    told = []
    for words, first in _described(text) if options.selects(CODE) else ():
        likely = all(map(_can_be_put, words))
        names = ", ".join(dict.fromkeys(word[0] for word in words))
        message = f"a comment or docstring describes v2's {names}"
        if not (likely and options.unsafe):
            message += ": --unsafe says it as v3 does" if likely else ": say it as v3 does"
        line, column = _position(text, first + words[0].start())
        span = Span(line, column, line, column + len(words[0][0]))
        safety = Safety.UNSAFE if likely else Safety.MANUAL
        told.append(Finding(CODE, span, message, safety, likely and options.unsafe))
    return told


def reworded(text: str) -> str:
    """Return a program whose comments and docstrings describe v3, as far as a word can be put for a word."""
    pieces, at = [], 0
    for words, first in _described(text):
        if all(map(_can_be_put, words)):
            for word in words:
                pieces += [text[at : first + word.start()], _IN_V3[word[0]]]
                at = first + word.end()
    return "".join([*pieces, text[at:]])


def _can_be_put(word: re.Match[str]) -> bool:
    """Return whether v3's word can stand for v2's: not in an example of code, where more would have to change."""
    quoted = word.string[max(word.start() - 1, 0) : word.start()] in ("'", '"') and word.start() > 0
    return bool(_IN_V3[word[0]]) and not (quoted and word.string[word.end() : word.end() + 1] in ("'", '"'))


def _described(text: str) -> Iterator[tuple[list[re.Match[str]], int]]:
    """Yield the words of v2 in each comment and docstring, with where that begins."""
    if "assemblyai" not in text.lower() or not any(word in text for word in _IN_V3):
        return
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    before = tokenize.NEWLINE
    held: tuple[str, int] | None = None
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if held is not None and token.type == tokenize.NEWLINE:
                yield from _words(*held)
            held = None
            start = starts[min(token.start[0], len(starts)) - 1] + token.start[1]
            if token.type == tokenize.COMMENT and not _OURS.search(token.string):
                yield from _words(token.string, start)
            elif token.type == tokenize.STRING and before in _BEFORE:
                held = token.string, start
            if token.type not in (tokenize.COMMENT, tokenize.NL):
                before = token.type


def _words(string: str, start: int) -> Iterator[tuple[list[re.Match[str]], int]]:
    if words := list(_WORDS.finditer(string)):
        yield words, start


def _position(text: str, at: int) -> tuple[int, int]:
    line = text.count("\n", 0, at) + 1
    return line, at - (text.rfind("\n", 0, at) + 1) + 1

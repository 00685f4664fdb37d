"""Every v2 word in the code of a file must be explained: rewritten, reported or suppressed. This finds the rest.

It knows nothing of rules or of values, on purpose: it reads tokens, so that what a rule misses does not stay silent.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from codemods.model import Finding, Safety, Span

CODE = "V3M900"

# A lexer of its own: `tokenize` splits f-strings since Python 3.12 only; the report must not depend on the interpreter.
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
    |(?P<string>(?<!\w)(?i:[rbuft]{0,2})(?:
        '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
        |\"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
        |'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'
        |"[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"))
    |(?P<name>[^\W\d]\w*)
    |(?P<continuation>\\(?:\r\n|\r|\n))
    |(?P<newline>\r\n|\r|\n)
    |(?P<other>[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTENT = re.compile(r"(?i:[rbuft]{0,2})('''|\"\"\"|'|\")(?P<body>.*)\1", re.DOTALL)

_ADDRESS = re.compile(r"assemblyai\.com/v2/realtime[\w/]*|realtime/(?:ws|token)\b")
_QUERY = re.compile(
    r"[?&](?:word_boost|boost_param|disable_partial_transcripts|enable_extra_session_information"
    r"|end_utterance_silence_threshold)="
)
_KEY = re.compile(
    r"\b(?:(?:Realtime)?(?:Partial|Final)Transcript|Session(?:Begins|Terminated|Information)|message_type|audio_data"
    r"|terminate_session|force_end_utterance|end_utterance_silence_threshold"
    r"|disable_partial_transcripts|enable_extra_session_information)\b"
)
# What stands around a key inside a longer string, when that string is JSON, or code in an f-string, and not a sentence.
_BEFORE_KEY = re.compile(r"(?:^|[\[{(:,=])\s*\\?[\"']$")
_AFTER_KEY = re.compile(r"\\?[\"']\s*(?:$|[\]}):,=])")

# Keys of messages that are spelled as names in code: `dict(terminate_session=True)`.
_KEYWORD = frozenset({"audio_data", "terminate_session", "force_end_utterance", "end_utterance_silence_threshold"})
_KINDS = ("Transcriber", "Transcript", "PartialTranscript", "FinalTranscript", "SessionOpened", "SessionInformation")
SDK_CLASSES = frozenset(f"Realtime{kind}" for kind in (*_KINDS, "Error", "Word", "MessageType"))
_CLASS = re.compile("|".join(sorted(SDK_CLASSES, reverse=True)))
_MEMBER = frozenset(
    {
        "force_end_utterance",
        "end_utterance_silence_threshold",
        "configure_end_utterance_silence_threshold",
        "disable_partial_transcripts",
        "on_extra_session_information",
    }
)
_USES_SDK = re.compile(r"^[ \t]*(?:import|from)[ \t]+assemblyai\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    depth: int
    call: str
    before: str
    starts_statement: bool


def unexplained(text: str, explained: Sequence[Span], passed_on: Collection[str] = ()) -> list[Finding]:
    """Return a finding for each line of code with v2 words that lie in none of the `explained` spans.

    Comments, docstrings and sentences (what a program prints, say) are not code.

    Args:
        passed_on: names in it that other modules of the project have from the SDK, or that mean such a module.
    """
    lines = _line_starts(text)
    found: dict[int, list[tuple[str, Span]]] = {}
    for word, start in _words(text, passed_on):
        span = _span(lines, start, len(word))
        if not any(known.contains(span) for known in explained):
            found.setdefault(span.line, []).append((word, span))
    return [_finding(words) for words in found.values()]


def _finding(words: Sequence[tuple[str, Span]]) -> Finding:
    first, last = words[0][1], words[-1][1]
    names = ", ".join(f"'{word}'" for word in dict.fromkeys(word for word, _ in words))
    return Finding(
        CODE,
        Span(first.line, first.column, last.end_line, last.end_column),
        f"no rule explains {names}: if AssemblyAI's v2 is meant, move it to v3 by hand",
        Safety.MANUAL,
        False,
    )


def names_sdk(text: str) -> bool:
    """Return whether a text has the name of a class of the SDK, whoever it may be from."""
    return _CLASS.search(text) is not None


def _words(text: str, passed_on: Collection[str]) -> Iterator[tuple[str, int]]:
    sdk = _USES_SDK.search(text) is not None
    for token, following in _followed(_tokens(text)):
        if token.kind == "string":
            if not (token.starts_statement and following in ("", "\n", ";")):
                yield from ((word, token.start + at) for word, at in _string_words(token.text))
        elif token.kind == "name" and token.text in _KEYWORD and token.call == "dict" and following == "=":
            yield token.text, token.start
        elif token.kind == "name" and sdk and _is_v2_name(token, following, text):
            yield token.text, token.start
        elif token.kind == "name" and passed_on and _CLASS.fullmatch(token.text):
            if token.text in passed_on or token.before == ".":
                yield token.text, token.start


def _string_words(literal: str) -> Iterator[tuple[str, int]]:
    content = _CONTENT.fullmatch(literal)
    if content is None:
        return
    body, offset = content["body"], content.start("body")
    for match in _ADDRESS.finditer(body):
        if not re.search(r"\s", body[: match.start()]):
            yield match[0], offset + match.start()
            break
    for match in _QUERY.finditer(body):
        yield match[0][1:-1], offset + match.start() + 1
    for match in _KEY.finditer(body):
        whole = body.strip() == match[0]
        quoted = _BEFORE_KEY.search(body, 0, match.start()) and _AFTER_KEY.match(body, match.end())
        if whole or quoted:
            yield match[0], offset + match.start()


def _is_v2_name(token: _Token, following: str, text: str) -> bool:
    name = token.text
    if _CLASS.fullmatch(name):
        own = rf"^[ \t]*class[ \t]+{name}\b|^[ \t]*from[ \t]+(?!assemblyai\b)[\w.]+[ \t]+import\b[^\n]*\b{name}\b"
        return token.before == "." or not re.search(own, text, re.MULTILINE)
    if name not in _MEMBER:
        return False
    keyword = token.depth > 0 and following == "="
    return (keyword or token.before == ".") and not re.search(rf"\bdef[ \t]+(?:{name}\b|\w+\([^)]*\b{name}\b)", text)


def _tokens(text: str) -> Iterator[_Token]:
    calls: list[str] = []
    before = "\n"
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "continuation" or kind == "comment" or (kind == "newline" and calls):
            continue
        token = "\n" if kind == "newline" else match[0]
        call = calls[-1] if calls else ""
        yield _Token(kind, token, match.start(), len(calls), call, before, not calls and before in ("\n", ";", ":"))
        if token in ("(", "[", "{"):
            calls.append(before)
        elif token in (")", "]", "}") and calls:
            calls.pop()
        before = token


def _followed(tokens: Iterator[_Token]) -> Iterator[tuple[_Token, str]]:
    """Yield each token with the text of the next one; `==` does not count as `=`."""
    held: list[_Token] = []
    for token in tokens:
        held.append(token)
        if len(held) == 3:
            yield held[0], _next(held)
            held.pop(0)
    while held:
        yield held[0], _next(held)
        held.pop(0)


def _next(held: Sequence[_Token]) -> str:
    text = [token.text for token in held[1:]]
    return "".join(text) if text[:2] == ["=", "="] else "".join(text[:1])


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


def _span(starts: Sequence[int], start: int, length: int) -> Span:
    line = bisect_right(starts, start)
    column = start - starts[line - 1] + 1
    return Span(line, column, line, column + length)

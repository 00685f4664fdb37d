"""Bytes in, yes or no out: does this file mention v2 at all?

A clean repository is the common case, and this is all that runs on it: a few substring searches a file.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from migrator.files.discovery import Problem
from migrator.files.paths import NOT_REGULAR, NOTEBOOK, OPENING, PARSE_LIMIT, inside

SIZE_LIMIT = 20_000_000
"""Bytes. A larger file is data; it is not searched, so that no run depends on how much data a tree holds."""

SDK_RULES = "V3M6"
"""How the codes of rules begin whose rewrites need a recent SDK."""

_READ = 1 << 18

# One of these is in every file that is unmistakably v2; `in` finds them twenty times as fast as a regular expression.
_VENDOR, _FINAL, _TERMINATE, _OURS = b"assemblyai", b"FinalTranscript", b"terminate_session", b"v3-migrate"
_CLASS = b"RealtimeT"
_NAMESAKE = re.compile(rb"\bRealtimeTranscri(?:ber|pt)\b")  # the SDK's, if another module has it from there

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

WORDS = (_VENDOR, _FINAL, _TERMINATE, _OURS, _CLASS, *_UTF_16)
"""One of these stands in every file that has to be read."""

_DISTINCTIVE = (
    rb"\b(?:Partial|Final)Transcript\b|\bSessionBegins\b"
    rb"|\b(?:force_end_utterance|end_utterance_silence_threshold)\b"
    rb"|\b(?:disable_partial_transcripts|enable_extra_session_information)\b"
    rb"|\bRealtime(?:Transcriber|Transcript|PartialTranscript|FinalTranscript|MessageType)\b"
    rb"|\bRealtime(?:SessionOpened|SessionInformation)\b"
)
_KEYS = rb"[\"']audio_data\\?[\"']|[\"']message_type\\?[\"']"
_COMMON = (
    rb"realtime/(?:ws|token)\b|\bSession(?:Terminated|Information)\b|\bterminate_session\b|\bRealtime(?:Error|Word)\b|"
    + _KEYS
)
_WORDS = _DISTINCTIVE + rb"|" + _COMMON
_WITH_VENDOR = re.compile(rb"assemblyai\.com/v2/realtime|create_temporary_token|(?:aai|assemblyai)\.extras\b|" + _WORDS)
_WITHOUT_VENDOR = re.compile(_KEYS)
_MARK = re.compile(rb"#[^\n]*v3-migrate[:)]")
_WEAK = re.compile(_WORDS)
_OWN = re.compile(_DISTINCTIVE)


@dataclass(slots=True)
class Screening:
    """What a look at the raw bytes of some files told.

    Attributes:
        files: every file that may be parsed, with the root it was found under.
        looked_at: how many files were looked at.
        hits: those that speak v2 beyond doubt.
        recent: those whose code is there already and needs a recent SDK.
        namesakes: those with the name of one of the SDK's classes, which they may have from another module.
    """

    files: dict[str, str] = field(default_factory=dict)
    looked_at: int = 0
    hits: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)
    namesakes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def screen(self, root: str, batch: Iterable[str], without: Collection[str] = frozenset()) -> None:
        """Look at each file of `batch`, found under `root`.

        Args:
            without: files known to have none of `WORDS`.
        """
        files, hit, looked_at = self.files, self._hit, 0
        look = os.lstat
        # System calls by hand: `open()` costs more than the search does.
        open_, read, close, flags, status = os.open, os.read, os.close, OPENING, os.fstat
        is_regular = stat.S_ISREG
        vendor, final, terminate, ours, sdk, size = _VENDOR, _FINAL, _TERMINATE, _OURS, _CLASS, _READ
        for path in batch:
            try:
                if path in without:
                    state = look(path)
                    if is_regular(state.st_mode) and state.st_size <= PARSE_LIMIT:
                        files[path] = root
                        looked_at += 1
                        continue
                descriptor = open_(path, flags)
                if not is_regular(status(descriptor).st_mode):
                    close(descriptor)
                    self.problems.append(Problem(path, NOT_REGULAR))
                    continue
                data = read(descriptor, size)
                if len(data) == size:
                    data += os.fdopen(descriptor, "rb", closefd=False).read(SIZE_LIMIT)
                close(descriptor)
            except OSError as error:
                self._unreadable(path, error)
                continue
            files[path] = root
            looked_at += 1
            if (
                vendor in data
                or final in data
                or terminate in data
                or ours in data
                or sdk in data
                or (len(data) > PARSE_LIMIT and not path.endswith(NOTEBOOK))
                or data[:2] in _UTF_16
            ):
                hit(root, path, data)
        self.looked_at += looked_at

    def _hit(self, root: str, path: str, data: bytes) -> None:
        notebook = path.endswith(NOTEBOOK)
        problem = unfit(data, limit=SIZE_LIMIT if notebook else PARSE_LIMIT)
        if problem:
            self.problems.append(Problem(path, problem))
        if problem or (len(data) > PARSE_LIMIT and not notebook):
            del self.files[path]  # nor is it looked at as a neighbour of another file
            return
        speaks, recent = speaks_v2(data), needs_recent_sdk(data)
        named = not speaks and _CLASS in data and _NAMESAKE.search(data) is not None
        if not (speaks or recent or named):
            return
        if not self.within(path):
            self.problems.append(Problem(path, "a link out of the folder, not followed: name its target instead"))
            del self.files[path]
            return
        self.hits += [path] * speaks
        self.recent += [path] * recent
        self.namesakes += [path] * named

    def within(self, path: str) -> bool:
        """Return whether no link, of the file or of a folder above it, leads out of the root it was found under.

        To be asked of what may be changed only: links cost a clean file nothing.
        """
        return inside(path, self.files[path])

    def drop_aliases(self) -> None:
        """Forget links to files that were found under their own name, or through another link; call it at the end."""
        links = [path for path in dict.fromkeys([*self.hits, *self.recent, *self.namesakes]) if os.path.islink(path)]
        taken = {path for path in self.files if not os.path.islink(path)} if links else set()
        for path in links:
            target = os.path.relpath(os.path.realpath(path)).replace(os.sep, "/")
            if target in taken:
                del self.files[path]
                self.hits = [hit for hit in self.hits if hit != path]
                self.recent = [hit for hit in self.recent if hit != path]
                self.namesakes = [hit for hit in self.namesakes if hit != path]
            taken.add(target)

    def set_templates_aside(self) -> list[str]:
        """Forget the files of templates, by the placeholder in their path; return those of them that speak v2.

        What is made of such a file is not known; it need not even be Python yet.
        """
        templates = {path for path in self.files if "{{" in path}
        aside = [path for path in self.hits if path in templates]
        for path in templates:
            del self.files[path]
        self.hits, self.recent, self.namesakes = (
            [path for path in paths if path not in templates] for paths in (self.hits, self.recent, self.namesakes)
        )
        return aside

    def _unreadable(self, path: str, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            if os.path.islink(path):
                self.problems.append(Problem(path, "broken symbolic link"))
            return  # else: still in git's index, deleted from disk
        if error.errno == errno.ENXIO:  # a socket
            self.problems.append(Problem(path, NOT_REGULAR))
            return
        self.problems.append(Problem(path, f"cannot be read: {(error.strerror or str(error)).lower()}"))


def unfit(data: bytes, limit: int = PARSE_LIMIT) -> str:
    """Return why a file with this content is not even looked at, in one line; empty if it can be.

    Args:
        limit: bytes up to which such a file can be analysed.
    """
    if data[:2] in _UTF_16:
        return "UTF-16, which Python cannot run: convert it to UTF-8 first"
    if len(data) >= SIZE_LIMIT:
        return f"larger than {SIZE_LIMIT // 1_000_000} MB, not searched: leave it out with --exclude"
    if len(data) > limit and speaks_v2(data):
        size, most = f"{len(data) / 1e6:.1f} MB", f"{limit // 1_000_000} MB"
        return f"speaks v2, but is {size} and files above {most} are not analysed: change what generates it"
    return ""


def speaks_v2(data: bytes) -> bool:
    """Return whether a file with this content is v2 beyond doubt, or bears a mark of an earlier run."""
    if _VENDOR in data and _WITH_VENDOR.search(data):
        return True
    if (_FINAL in data or _TERMINATE in data) and _WITHOUT_VENDOR.search(data) and _WEAK.search(data):
        return True
    return _OURS in data and _MARK.search(data) is not None


def needs_recent_sdk(data: bytes) -> bool:
    """Return whether a file with this content waits for the end of a session as only recent SDKs can."""
    return b"assemblyai.streaming" in data and b"terminate_timeout" in data


def may_speak_v2(data: bytes) -> bool:
    """Return whether a file of a project that is known to speak v2 has a v2 word of its own."""
    # Every one of the words has one of these in it: `in` for each, spelled out, is ten times as fast as the expression.
    return (
        b"FinalTranscript" in data
        or b"message_type" in data
        or b"audio_data" in data
        or b"Realtime" in data
        or b"realtime/" in data
        or b"PartialTranscript" in data
        or b"SessionBegins" in data
        or b"SessionTerminated" in data
        or b"SessionInformation" in data
        or b"terminate_session" in data
        or b"end_utterance" in data
        or b"disable_partial_transcripts" in data
        or b"enable_extra_session_information" in data
    ) and _WEAK.search(data) is not None


def is_distinctive(data: bytes) -> bool:
    """Return whether one of those words is one that hardly any other service uses."""
    return _OWN.search(data) is not None

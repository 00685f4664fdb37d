"""What must hold of an outcome before anybody sees it, let alone before a byte is written."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterable

from codemods.model import Finding
from migrator.documents.document import Document
from migrator.documents.module import DecodingError, newlines


class VerificationError(ValueError):
    """The outcome breaks a promise of the tool; the file must be left alone."""


def encoded(document: Document, text: str) -> bytes:
    """Return the bytes of the file with the new `text`, in the encoding and with the line ends of the old one.

    Raises:
        VerificationError: it cannot be done.
    """
    try:
        data = document.encode(text)
    except DecodingError as error:
        raise VerificationError(str(error)) from None
    if not document.reads_back(data, text):
        raise VerificationError("the new text would not be read back as it is")
    known = document.newlines()
    if known and not newlines(text) <= known:
        raise VerificationError("the new text has line ends that the old one had not")
    return data


def syntax_error(text: str, top_level_await: bool = False) -> SyntaxError | None:
    """Return why the running Python does not take `text` for a program, if it says; it is compiled, never run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<program>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT * top_level_await, dont_inherit=True)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return SyntaxError(str(error) or type(error).__name__)
    return None


def check_grammar(before: str, after: str, top_level_await: bool = False) -> None:
    """Make sure that a program stays one.

    Args:
        top_level_await: whether a module may `await`, as in a notebook.

    Raises:
        VerificationError: `before` compiles and `after` does not.
    """
    # in this order: the new text nearly always compiles, and then the old one does not matter
    if syntax_error(after, top_level_await) is not None and syntax_error(before, top_level_await) is None:
        raise VerificationError("the new text would not be valid Python")


def check_stable(
    after: str, again: str, left: Iterable[Finding], left_again: Iterable[Finding], remembered: bool = True
) -> None:
    """Make sure that a second run would find nothing to do and report the same places.

    Args:
        remembered: whether TODO comments tell the second run of places whose v2 words are gone.

    Raises:
        VerificationError: it would not.
    """
    if again != after:
        raise VerificationError("a second run would change the new text again")
    before = Counter(finding.code for finding in left)
    now = Counter(finding.code for finding in left_again)
    if before != now and (remembered or now - before):
        differing = ", ".join(sorted((before - now) | (now - before)))
        raise VerificationError(f"a second run would not report the same places ({differing})")

"""What must hold of an outcome before anybody sees it, let alone before a byte is written."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable

from codemods.model import Finding
from migrator.documents.module import DecodingError, Module, newlines


class VerificationError(ValueError):
    """The outcome breaks a promise of the tool; the file must be left alone."""


def encoded(module: Module, text: str) -> bytes:
    """Return the bytes of the new `text`, in the encoding and with the mark and line ends of the old one.

    Raises:
        VerificationError: it cannot be done.
    """
    try:
        data = module.encode(text)
        again = Module.decode(data)
    except DecodingError as error:
        raise VerificationError(str(error)) from None
    if (again.text, again.encoding, again.mark) != (text, module.encoding, module.mark):
        raise VerificationError("the new text would be read back in another encoding")
    known = module.newlines()
    if known and not newlines(text) <= known:
        raise VerificationError("the new text has line ends that the old one had not")
    return data


def syntax_error(text: str) -> SyntaxError | None:
    """Return why the running Python does not take `text` for a program, if it says; it is compiled, never run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<program>", "exec", dont_inherit=True)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return SyntaxError(str(error) or type(error).__name__)
    return None


def check_grammar(before: str, after: str) -> None:
    """Make sure that a program stays one.

    Raises:
        VerificationError: `before` compiles and `after` does not.
    """
    if syntax_error(before) is None and syntax_error(after) is not None:
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

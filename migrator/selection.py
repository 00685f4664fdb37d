"""Codes of rules, as users choose them: a code that means nothing must not make a check pass."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PREFIX = re.compile(r"V(3(M\d{0,3})?)?")


class SelectionError(ValueError):
    """A code that no rule has; the message names it."""


def check_form(chosen: Iterable[str]) -> None:
    """Make sure that `chosen` look like codes or the beginnings of codes, without loading any rule.

    Raises:
        SelectionError: one of them does not.
    """
    for prefix in chosen:
        if not _PREFIX.fullmatch(prefix):
            raise SelectionError(f"no rule has a code like {prefix!r}; `v3-migrate explain` lists them all")


def check_known(chosen: Iterable[str]) -> None:
    """Make sure that each of `chosen` begins the code of a rule.

    Raises:
        SelectionError: one of them does not.
    """
    from migrator.explain import summaries

    known = summaries()
    for prefix in chosen:
        if not any(code.startswith(prefix) for code in known):
            raise SelectionError(f"no rule has a code like {prefix!r}; `v3-migrate explain` lists them all")

"""Version specifiers of the vendor's SDK: whether they keep out what is too old, and how they look when they do."""

from __future__ import annotations

import re
from contextlib import suppress

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

FLOOR = "0.64.16"
"""The first SDK with `terminate_timeout`; those from 0.64.0 up to it lose the last words of a session (sdk.md 2.2)."""
CEILING = "2"
"""What an upper bound becomes that would leave no version: migrated code runs on every SDK before it."""
PYAUDIO = ">=0.2.13"
"""What the SDK's `extras` option asked for, as long as there was one."""

_CLOSING_AT_ONCE = ("14.0", "14.2", "15.0.1", "16.0", "17.0", "17.4")

_CLAUSE = re.compile(r"(?P<space>\s*)(?P<sign>===|~=|==|!=|<=|>=|<|>|\^|~|=|)(?P<gap>\s*)(?P<version>[\w.*+!-]+)")
_EXACT = {"==": "==", "===": "===", "=": "=", "": ""}


class UnclearError(ValueError):
    """A specifier that a person has to read; the message says why."""


def closes_late(specifier: str) -> str:
    """Return what to say of a specifier (PEP 440) of websockets that lets in versions before 14 only; else nothing.

    On those, the SDK's `disconnect()` takes ten seconds inside of a handler: the socket's reader waits for somebody to
    take the next message (measured with SDK 1.8.2 on websockets 13.1 and 17.4, 2026-11-29).
    """
    with suppress(InvalidSpecifier):
        if not any(version in SpecifierSet(specifier) for version in _CLOSING_AT_ONCE):
            return f"websockets{specifier}: below 14, the SDK's disconnect() takes ten seconds inside of a handler"
    return ""


def of_conda(specifier: str) -> str:
    """Return conda's notation, `=12` or `=12.0=build`, as PEP 440's."""
    fuzzy = re.fullmatch(r"\s*=\s*([\w.]+?)(?:\.\*|\*)?(?:=[\w.*]+)?\s*", specifier)
    return f"=={fuzzy[1]}.*" if fuzzy else specifier


def is_recent(specifier: str) -> bool:
    """Return whether a specifier (PEP 440 or Poetry's) lets in no version that is too old."""
    return any(
        clause["sign"] not in ("<", "<=", "!=") and not _is_old(clause["version"]) for clause in _clauses(specifier)
    )


def raised(specifier: str, poetry: bool = False) -> str:
    """Return a specifier that lets in no version that is too old, in the style of the old one.

    Args:
        specifier: PEP 440, or Poetry's notation; empty or `*` lets in everything.
        poetry: whether a bare version means exactly that one, and `^` and `~` mean ranges.

    Raises:
        UnclearError: alternatives, or no version specifier at all.
    """
    if specifier.strip() in ("", "*"):
        return f">={FLOOR}"
    if is_recent(specifier):
        return specifier
    clauses = [_raised_clause(clause, poetry) for clause in _clauses(specifier)]
    bounded = any(clause["sign"] not in ("<", "<=", "!=") for clause in _clauses(specifier))
    return ",".join(clauses if bounded else [f">={FLOOR}", *clauses])


def _clauses(specifier: str) -> list[re.Match[str]]:
    if not specifier.strip():
        return []
    found = []
    for part in specifier.split(","):
        match = _CLAUSE.fullmatch(part.rstrip())
        if match is None:
            raise UnclearError(f"{specifier.strip()!r} is not a plain version range")
        found.append(match)
    return found


def _raised_clause(clause: re.Match[str], poetry: bool) -> str:
    sign, version = clause["sign"], clause["version"]
    if sign == "!=" or (not _is_old(version) and sign not in ("<", "<=")):
        return clause[0]
    if sign in ("<", "<="):
        allows = Version(FLOOR) < _version(version) if sign == "<" else Version(FLOOR) <= _version(version)
        return clause[0] if allows else f"{clause['space']}<{clause['gap']}{CEILING}"
    if version.endswith("*"):
        sign = "~" if poetry else "~="
    elif sign == ">":
        sign = ">="
    return f"{clause['space']}{_EXACT.get(sign, sign)}{clause['gap']}{FLOOR}"


def _is_old(version: str) -> bool:
    return _version(version) < Version(FLOOR)


def _version(text: str) -> Version:
    try:
        return Version(text.removesuffix("*").rstrip(".") or "0")
    except InvalidVersion:
        raise UnclearError(f"{text!r} is not a version") from None


def as_standard(constraint: str) -> str:
    """Return Poetry's or Pipenv's notation as PEP 440's: a caret bounds the leftmost part that is not zero."""
    constraint = constraint.strip()
    if constraint in ("", "*"):
        return ""
    if constraint[0] in "^~" and not constraint.startswith("~="):
        parts = constraint[1:].strip().split(".")
        first = next((i for i, part in enumerate(parts) if part != "0"), len(parts) - 1)
        at = first if constraint[0] == "^" else min(1, len(parts) - 1)
        upper = [*parts[:at], str(int(parts[at]) + 1) if parts[at].isdigit() else parts[at]]
        return f">={constraint[1:].strip()},<{'.'.join(upper)}"
    return constraint if re.match(r"[<>=!~]", constraint) else f"=={constraint}"

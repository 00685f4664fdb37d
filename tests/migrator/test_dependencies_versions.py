"""Specifiers of the SDK: raised ones let in nothing too old and something new, and recent ones stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from migrator.dependencies import requirement
from migrator.dependencies.versions import UnclearError, as_standard, is_recent, raised

OLD = [f"0.{minor}.{patch}" for minor in (3, 10, 21, 33, 41, 63) for patch in (0, 2)] + [f"0.64.{n}" for n in range(16)]
NEW = ["0.64.16", "0.64.33", "0.65.0", "1.0.0", "1.8.2"]

VERSIONS = st.sampled_from([*OLD, *NEW, "0.21", "0.64", "1", "2"])
CLAUSES = st.tuples(st.sampled_from(["==", "~=", ">=", ">", "<", "<=", "!=", "==="]), VERSIONS)
SPECIFIERS = st.lists(CLAUSES, max_size=3).map(lambda parts: ",".join("".join(part) for part in parts))


def lets_in(specifier: str, versions: list[str]) -> list[str]:
    return [version for version in versions if SpecifierSet(specifier).contains(version)]


@given(SPECIFIERS)
@example(">=0.21,<0.30")
@example("==0.33.0")
@example("<0.50")
@example(">0.64.2,!=0.64.20")
def test_a_raised_specifier_lets_in_new_versions_only(specifier: str) -> None:
    assume("~=1," not in f"{specifier}," and "~=2," not in f"{specifier},")  # PEP 440 wants two parts
    result = raised(specifier)
    assert lets_in(result, OLD) == []
    assert raised(result) == result
    if is_recent(specifier):
        assert result == specifier
    elif not any(sign in specifier for sign in ("==", "!=")) and specifier.count(",") < 2:
        # several exact pins, or bounds that contradict each other, let in nothing before and nothing after
        assume(lets_in(specifier, [*OLD, *NEW]))
        assert lets_in(result, NEW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ">=0.64.16"),
        ("*", ">=0.64.16"),
        ("==0.33.0", "==0.64.16"),
        ("== 0.33.*", "~= 0.64.16"),
        ("~=0.21", "~=0.64.16"),
        (">= 0.21.0", ">= 0.64.16"),
        (">0.21,<1", ">=0.64.16,<1"),
        (">=0.21,<0.30", ">=0.64.16,<2"),
        ("<=0.40", ">=0.64.16,<2"),
        (">=0.21, !=0.22", ">=0.64.16, !=0.22"),
        (">=0.65", ">=0.65"),
        ("~=1.0", "~=1.0"),
        ("==1.8.2", "==1.8.2"),
    ],
)
def test_the_style_of_a_specifier_stays(old: str, new: str) -> None:
    assert raised(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("^0.21", "^0.64.16"),
        ("~0.21", "~0.64.16"),
        ("0.21.0", "0.64.16"),
        ("0.21.*", "~0.64.16"),
        ("^1.0", "^1.0"),
        (">=0.21,<0.30", ">=0.64.16,<2"),
    ],
)
def test_poetrys_notation(old: str, new: str) -> None:
    assert raised(old, poetry=True) == new
    assert lets_in(as_standard(new), OLD) == []
    assert lets_in(as_standard(new), NEW)


@pytest.mark.parametrize("specifier", ["^0.21 || ^0.30", "latest", ">=0.21 <0.30", "==x"])
def test_what_is_no_plain_range_is_for_a_person(specifier: str) -> None:
    with pytest.raises(UnclearError):
        raised(specifier)


@pytest.mark.parametrize(
    ("constraint", "standard"),
    [("^0.21", ">=0.21,<0.22"), ("^1.2", ">=1.2,<2"), ("~0.21.3", ">=0.21.3,<0.22"), ("1.0", "==1.0"), ("*", "")],
)
def test_constraints_as_pep_440(constraint: str, standard: str) -> None:
    assert as_standard(constraint) == standard


@pytest.mark.parametrize(
    ("old", "new", "companion"),
    [
        ("assemblyai", "assemblyai>=0.64.16", None),
        ("AssemblyAI[extras]>=0.21", "AssemblyAI>=0.64.16", "pyaudio>=0.2.13"),
        ("assemblyai[extras, Other] ==0.2", "assemblyai[Other] ==0.64.16", "pyaudio>=0.2.13"),
        ("assemblyai (>=0.2) ; python_version<'4'", "assemblyai (>=0.64.16) ; python_version<'4'", None),
        (
            "assemblyai[extras]>=1.0 ; extra == 'mic'",
            "assemblyai>=1.0 ; extra == 'mic'",
            "pyaudio>=0.2.13 ; extra == 'mic'",
        ),
    ],
)
def test_a_requirement_keeps_the_rest(old: str, new: str, companion: str | None) -> None:
    found = requirement.wanted(old)
    assert found is not None
    assert (found.text, found.companion) == (new, companion)
    assert requirement.wanted(new) is None


@pytest.mark.parametrize("text", ["assemblyai>=0.64.16", "assemblyai-extra==0.1", "my_assemblyai", "", "rich>=13"])
def test_no_requirement_of_an_old_sdk(text: str) -> None:
    assert requirement.wanted(text) is None

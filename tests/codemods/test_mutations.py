"""Programs turned into other spellings, and into half-converted ones: each comes out whole, or is told."""

from __future__ import annotations

import pytest

from tests.codemods.mutations import PROGRAMS, faults, faults_beside, mutated

SEEDS = range(2)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_mutated_program_comes_out_whole_or_is_told(name: str, seed: int) -> None:
    source, _ = mutated(name, seed)
    assert list(faults(source)) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_sibling_for_another_service_stays(name: str) -> None:
    assert list(faults_beside(PROGRAMS[name])) == []

"""A diff that can be read: how much longer the bundled programs become."""

from __future__ import annotations

from benchmarks.growth import AT_MOST, LEGACY


def test_the_bundled_programs_grow_by_a_third_at_most() -> None:
    # the v3 programs are what migration writes: see test_expected
    before, after = (
        sum(len(path.read_text("utf-8").splitlines()) for path in LEGACY.glob(f"*/{version}/**/*.py"))
        for version in ("v2", "v3")
    )
    assert before > 2000
    assert after <= AT_MOST * before, f"{after / before:.3f}"

"""What holds for every program: nothing but v2 is touched, layout survives, a second run finds nothing to do."""

from __future__ import annotations

import re
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options, ParseError
from migrator.analysis.coverage import unexplained
from migrator.files.prefilter import speaks_v2
from tests.codemods.generated import FOREIGN, Generated, programs
from tests.codemods.listening import VARIANTS, hear
from tests.codemods.tools import NoWorkspace

#: The same programs in each run: a failure is one of the change under test.
EXAMPLES = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def plan(source: str, **options: object) -> ModulePlan:
    found = analyse({"app.py": source}, NoWorkspace(), Options(**options))["app.py"]  # type: ignore[arg-type]
    assert isinstance(found, ModulePlan)
    return found


def left(found: ModulePlan) -> Counter[str]:
    return Counter(finding.code for finding in found.findings if not finding.fixed)


@EXAMPLES
@given(programs())
def test_migration_is_complete_and_a_second_run_finds_nothing_to_do(program: Generated) -> None:
    compile(program.source, "before", "exec")
    first = plan(program.source)
    after = first.render()
    compile(after, "after", "exec")
    assert "assemblyai.com/v2" not in after
    assert unexplained(program.source, first.explained) == []
    again = plan(after)
    assert again.render() == after
    assert left(again) == left(first)
    assert unexplained(after, again.explained) == []


@EXAMPLES
@given(programs())
def test_layout_survives_and_lines_that_no_rule_names_stay_in_their_order(program: Generated) -> None:
    first = plan(program.source, todo=False)
    after = first.render()
    assert "TODO" not in after
    assert set(re.findall(r"\r\n|\r|\n", after)) == {program.newline}
    assert after.endswith(program.newline) == program.source.endswith(program.newline)
    for piece in program.noise:
        assert piece in after
    touched = {line for span in first.explained for line in range(span.line, span.end_line + 1)}
    lines = program.source.split(program.newline)
    kept = [line for number, line in enumerate(lines, 1) if number not in touched and not _is_import(line)]
    rest = iter(after.split(program.newline))
    assert [line for line in kept if line not in rest] == []


@EXAMPLES
@given(programs(FOREIGN))
def test_another_vendors_messages_are_left_alone(program: Generated) -> None:
    found = plan(program.source)
    assert found.findings == ()
    assert found.render() == program.source


@EXAMPLES
@given(programs(transports=("callbacks", "asyncio", "socket")))
def test_finals_are_printed_once_in_every_variant(program: Generated) -> None:
    before = hear(program.source, None)
    after = plan(program.source).render()
    assert {variant: hear(after, variant) for variant in VARIANTS} == dict.fromkeys(VARIANTS, before)


def _is_import(line: str) -> bool:
    return re.match(r"\s*(?:import|from)\s", line) is not None


# code of others ---------------------------------------------------------------------------------------------------

#: Words of ours that others use as well.
_NEAR = re.compile(rb"message_type|audio_data|session_id|transcript|websocket|sample_rate")


def _modules_of_others() -> Iterator[Path]:
    """Yield every module of the standard library and of the packages of this environment."""
    packages = Path(sysconfig.get_path("purelib"))
    for path in Path(sysconfig.get_path("stdlib")).rglob("*.py"):
        if "site-packages" not in path.parts:
            yield path
    yield from packages.rglob("*.py")


@pytest.fixture(scope="module")
def modules() -> dict[Path, bytes]:
    """What those modules hold, by path."""
    found = {path: path.read_bytes() for path in sorted(_modules_of_others())}
    assert len(found) > 3000
    return found


def test_no_module_of_others_passes_screening(modules: dict[Path, bytes]) -> None:
    assert [path for path, data in modules.items() if speaks_v2(data)] == []


def test_modules_of_others_stay_as_they_are(modules: dict[Path, bytes]) -> None:
    """The analysis finds nothing where screening finds nothing.

    Those with words of ours, and a sample of the rest, up to 30 kB each: the whole would take a quarter of an hour.
    """
    small = [path for path, data in modules.items() if 0 < len(data) < 30_000]
    near = [path for path in small if _NEAR.search(modules[path])]
    analysed = sum(_is_left_alone(modules[path], path) for path in {*near[::8], *small[::160]})
    assert analysed > 30


def _is_left_alone(data: bytes, path: Path) -> bool:
    """Analyse a module as if it had passed screening; return whether it is Python in UTF-8."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    found = analyse({"app.py": text}, NoWorkspace(), Options())["app.py"]
    if isinstance(found, ParseError):
        return False
    assert found.findings == (), path
    assert found.render() == text, path
    return True

"""The page of `--report`, in a real Chromium: complete by itself, drawn, and usable from the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from migrator.smoke.report.about import About
from migrator.smoke.report.page import page
from migrator.smoke.report.timeline import LANES, timeline
from migrator.smoke.sandbox import Conditions, Program
from migrator.smoke.trial import Trial, trials
from scripts import matrix
from tests.end_to_end.apps import LEGACY, SPEED, dictation
from tests.smoke.browser import Browser
from tests.smoke.wrong import FAULTS

ABOUT = About("/projects/<captions>", "v3-migrate smoke --migrate", "/usr/bin/python3 (of a test)", migrated=["a.py"])
FOCUSED = "document.activeElement.getAttribute('aria-label')"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Run a program whose finals come twice, and its original."""
    folder = tmp_path_factory.mktemp("wrong")
    next(fault for fault in FAULTS if fault.name == "finals raw and formatted").spoil(folder)
    program = Program(folder, ("captions.py",), matrix.interpreter("websocket-client-newest"))
    original = replace(program, folder=LEGACY / "captions_callbacks" / "v2")
    (found,) = trials("captions.py <&>", program, original, Conditions(dictation(), speed=SPEED), ["F1"])
    return found


@pytest.fixture(scope="module")
def browser(trial: Trial, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("browser")
    report = folder / "report.html"
    report.write_text(page([trial], dictation(), ABOUT), encoding="utf-8")
    with Browser(folder / "profile") as found:
        found.open(report)
        yield found


def test_nothing_is_loaded_and_nothing_goes_wrong(browser: Browser) -> None:
    methods = [event["method"] for event in browser.events]
    assert methods.count("Network.requestWillBeSent") == 1  # the page itself
    assert not {"Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"} & set(methods)


def test_it_shows_the_checks(browser: Browser, trial: Trial) -> None:
    assert trial.verdict is not None
    rows = browser.evaluate("[...document.querySelectorAll('table.checks tbody tr')].map(row => row.innerText)")
    assert [row.split("\t")[:2] for row in rows] == [
        [check.name, {"pass": "pass", "fail": "FAIL", "not applicable": "n/a"}[check.status.value]]
        for check in trial.verdict.checks
    ]
    assert "twice, raw and formatted: 'good morning everyone'" in "\n".join(rows)
    assert browser.evaluate("document.querySelector('h2').innerText") == "captions.py <&>, turns as F1: failed"


def test_it_draws_what_happened(browser: Browser, trial: Trial) -> None:
    assert trial.before is not None
    for number, seen in enumerate((trial.before, trial.seen)):
        labels = browser.evaluate(
            f"[...document.querySelectorAll('figure')[{number}].querySelectorAll('.event')]"
            ".map(event => event.getAttribute('aria-label'))"
        )
        entries = timeline(seen)
        assert len(labels) == len(entries) > 30
        assert {entry.lane for entry in entries} == set(LANES)
        assert all(entry.text in label for entry, label in zip(entries, labels, strict=True))
    # Every event is inside of its drawing, in the order of time.
    places = browser.evaluate(
        "[...document.querySelectorAll('figure')].map(figure => { const box = figure.querySelector('svg')"
        ".getBoundingClientRect(); return [...figure.querySelectorAll('.shape')].map(shape => { const own = "
        "shape.getBoundingClientRect(); return [own.left - box.left, box.right - own.right, own.top - box.top, "
        "box.bottom - own.bottom, own.width, own.height] }) })"
    )
    assert all(min(place) >= 0 for figure in places for place in figure)
    assert browser.evaluate("document.querySelectorAll('svg .wave').length") == 2


def test_the_keyboard_reaches_everything(browser: Browser, trial: Trial) -> None:
    assert trial.before is not None
    entries = timeline(trial.before)
    browser.evaluate("document.activeElement.blur()")
    for _ in range(10):
        browser.press("Tab")
        if browser.evaluate("document.activeElement.classList.contains('event')"):
            break
    walked = []
    for _ in entries:
        walked.append(browser.evaluate(FOCUSED))
        assert walked[-1] in browser.evaluate(
            "document.activeElement.closest('figure').querySelector('output').innerText"
        )
        browser.press("ArrowRight")
    assert len(set(walked)) > 30
    assert [label.split(": ")[0].split(", ")[1] for label in walked] == [entry.lane for entry in entries]
    browser.press("Home")
    assert browser.evaluate(FOCUSED) == walked[0]
    browser.press("End")
    assert browser.evaluate(FOCUSED) == walked[-1]
    browser.press("ArrowLeft")
    assert browser.evaluate(FOCUSED) == walked[-2]
    lane = int(browser.evaluate("document.activeElement.dataset.lane"))
    browser.press("ArrowUp")
    assert int(browser.evaluate("document.activeElement.dataset.lane")) == lane - 1
    browser.press("ArrowDown")
    assert int(browser.evaluate("document.activeElement.dataset.lane")) == lane
    row = browser.evaluate("document.activeElement.dataset.row")
    browser.press("Enter")
    assert browser.evaluate("location.hash") == f"#{row}"
    assert browser.evaluate(f"document.getElementById({row!r}).getBoundingClientRect().height") > 0
    # One stop for each timeline, not one for each event.
    assert browser.evaluate("document.querySelectorAll('.event[tabindex=\"0\"]').length") == 2


def test_it_says_what_it_is_about(browser: Browser) -> None:
    header = browser.evaluate("document.querySelector('header').innerText")
    assert header.startswith("Smoke test of captions.py <&>\n")
    assert "failed: captions.py <&>, at captions.py:" in header
    for told in ("/projects/<captions>", "v3-migrate smoke --migrate", "/usr/bin/python3 (of a test)", "a.py"):
        assert told in header
    # What the bundled recording was made with is no business of the reader.
    assert "espeak" not in browser.evaluate("document.body.innerText")
    rows = browser.evaluate("[...document.querySelectorAll('table.said tr')].map(row => row.innerText.trim())")
    assert rows[0] == "said\tbefore, on v2\tafter, on v3"
    assert rows[1] == "Good morning everyone.\tGood morning everyone.\tGood morning everyone."
    assert len(rows) == 4


def test_timelines_begin_together(browser: Browser) -> None:
    opened = browser.evaluate(
        "[...document.querySelectorAll('figure')].map(figure => [...figure.querySelectorAll('.event')]"
        ".find(event => event.getAttribute('aria-label').includes('session opened')).querySelector('.shape')"
        ".getAttribute('cx'))"
    )
    assert len(opened) == 2
    assert len(set(opened)) == 1


@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_can_be_read(browser: Browser, dark: bool) -> None:
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    browser.call("Emulation.setEmulatedMedia", features=scheme)
    colours = browser.evaluate(
        "(() => { const style = getComputedStyle(document.documentElement); return ['--paper', '--ink', '--faint', "
        "'--good', '--bad', '--sent'].map(name => style.getPropertyValue(name).trim()) })()"
    )
    paper, *inks = (_luminance(colour) for colour in colours)
    # WCAG 2.1, 1.4.3: 4.5 to 1.
    assert all((max(paper, ink) + 0.05) / (min(paper, ink) + 0.05) >= 4.5 for ink in inks)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("width", [390, 800, 1200])
def test_it_fits(browser: Browser, width: int) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width

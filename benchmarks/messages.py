"""How fast messages are parsed: `python benchmarks/messages.py`.

All competitors read the same frames of a recorded dictation in the same process, by turns, so that what else the
machine does hits them alike; reported is the best of their rounds, as a ratio too. The vendor's SDK is
the peer: what it does with a frame (`json.loads`, then a pydantic model), and the fastest that its models can do.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDING = ROOT / "fixtures" / "sessions" / "dictation-f1.jsonl"
ROUNDS, REPEATS = 300, 10


def frames() -> list[str]:
    """Return the turns of the recording as they go over the wire."""
    events = [json.loads(line) for line in RECORDING.read_text(encoding="utf-8").splitlines()[1:]]
    messages = [event["message"] for event in events if event["from"] == "server" and "message" in event]
    return [json.dumps(message, separators=(",", ":")) for message in messages if message["type"] == "Turn"]


def measure() -> None:
    """Time every way of parsing; to be run where the SDK is installed."""
    from assemblyai.streaming.v3.models import TurnEvent  # type: ignore[import-not-found]

    # By its file: the package around it needs libraries that are not installed there.
    spec = importlib.util.spec_from_file_location("messages", ROOT / "runtime" / "client" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    messages = importlib.util.module_from_spec(spec)
    sys.modules["messages"] = messages
    spec.loader.exec_module(messages)
    parse = messages.parse

    ways: dict[str, Callable[[str], object]] = {
        "json.loads alone": json.loads,
        "runtime.client.messages.parse": parse,
        "the SDK: json.loads and its model": lambda text: TurnEvent.model_validate(json.loads(text)),
        "the SDK's model from text": TurnEvent.model_validate_json,
    }
    texts = frames()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            for _ in range(REPEATS):
                for text in texts:
                    way(text)
            seconds[name].append((time.perf_counter() - began) / REPEATS / len(texts))
    size = sum(map(len, texts)) // len(texts)
    print(f"Python {platform.python_version()}, SDK {version('assemblyai')}, pydantic {version('pydantic')}")
    print(f"{len(texts)} turns of {size} bytes on average, {ROUNDS} rounds of {REPEATS}")
    base = min(seconds["json.loads alone"])
    for name, times in seconds.items():
        best = min(times)
        print(f"{name:<34} {best * 1e6:6.2f} us a message, {best / base:4.2f} x json.loads")


if __name__ == "__main__":
    if "--here" in sys.argv:
        measure()
    else:
        sys.path.insert(0, str(ROOT))
        from scripts.matrix import interpreter

        sys.exit(subprocess.call([interpreter("sdk-newest"), __file__, "--here"]))

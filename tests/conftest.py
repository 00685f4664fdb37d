"""What holds for every test."""

from __future__ import annotations

import signal
import sys
from typing import Any

from hypothesis import HealthCheck, settings

# A real PortAudio on an ALSA device that plays a known file: only Linux has one.
collect_ignore = [] if sys.platform == "linux" else ["runtime/test_microphone_alsa.py"]

# A machine that is busy with other things is no failure, and a change is judged by the same examples each time;
# `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("any-machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

# A shell that starts the tests in the background has them ignore Ctrl+C, `nohup` the end of the terminal; so would all
# programs that they start.
_ALWAYS_HEARD: dict[str, Any] = {"SIGINT": signal.default_int_handler, "SIGHUP": signal.SIG_DFL}
for _name, _handler in _ALWAYS_HEARD.items():
    _number = getattr(signal, _name, None)  # Windows has no SIGHUP
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)

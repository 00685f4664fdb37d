"""What holds for every test."""

from __future__ import annotations

import signal
import sys

from hypothesis import HealthCheck, settings

# A real PortAudio on an ALSA device that plays a known file: only Linux has one.
collect_ignore = [] if sys.platform == "linux" else ["runtime/test_microphone_alsa.py"]

# A machine that is busy with other things is no failure, and a change is judged by the same examples each time;
# `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("any-machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

# A shell that starts the tests in the background has them ignore Ctrl+C, and all programs that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

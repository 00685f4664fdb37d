"""What holds for every test."""

from __future__ import annotations

import sys

# A real PortAudio on an ALSA device that plays a known file: only Linux has one.
collect_ignore = [] if sys.platform == "linux" else ["runtime/test_microphone_alsa.py"]

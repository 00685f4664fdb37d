"""Install all that the tests need and run them: `python3 scripts/test.py`. Arguments go to pytest.

The tests use real parts: PortAudio on an ALSA device that plays a file, and the library versions of `matrix.py`.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import environment

# portaudio19-dev and a compiler: PyAudio comes as source for Linux. The plugins are for the device that plays a file.
# Chromium shows the page of `smoke --report`.
PACKAGES = ["gcc", "libc6-dev", "portaudio19-dev", "libasound2-plugins", "chromium"]


def main(arguments: list[str]) -> None:
    """Install, then become pytest."""
    packages = list(PACKAGES)
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        packages.append(f"python{sys.version_info.major}.{sys.version_info.minor}-dev")
    environment.apt_install(*packages)
    # Elsewhere there is no ALSA to play a known file to PortAudio, and tests/conftest.py leaves out what needs it.
    environment.install("dev", *(["mic", "sounddevice"] if sys.platform == "linux" else []))
    if subprocess.run([environment.PYTHON, environment.ROOT / "scripts" / "matrix.py"], check=False).returncode:
        raise SystemExit("An environment of scripts/matrix.py could not be built; pip says why above.")
    # More processes than the two cores of CI: half of the time, tests wait for programs that wait for a server.
    environment.become([environment.PYTHON, "-m", "pytest", "--numprocesses=3", "--dist=worksteal", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])

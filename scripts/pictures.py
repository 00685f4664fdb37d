"""Export the README's pictures from real runs of the tool: `python3 scripts/docs.py --pictures`.

A preview and a smoke test run on a terminal of 100 columns; what they print becomes SVG by rich. With `--check`,
nothing is written: exits with 1 where a picture says something else than the tool does now.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PROGRAM = Path(sys.executable).with_name("v3-migrate")
COLUMNS = 100

BOT = """\
import json, os
import websocket

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


def on_message(ws, message):
    data = json.loads(message)
    if data["message_type"] == "FinalTranscript":
        print(data["created"], data["text"])


app = websocket.WebSocketApp(URL, header={"Authorization": os.environ["KEY"]}, on_message=on_message)
"""


def main(arguments: list[str]) -> int:
    """Make the pictures; with `--check` compare their words."""
    stale = 0
    for name, (title, text) in pictures().items():
        path = PICTURES / f"{name}.svg"
        drawn = svg(title, text)
        if "--check" in arguments:
            if not path.is_file() or words(path.read_text(encoding="utf-8")) != words(drawn):
                print(f"{path.relative_to(ROOT)} is stale: python3 scripts/docs.py --pictures", file=sys.stderr)
                stale = 1
        else:
            PICTURES.mkdir(parents=True, exist_ok=True)
            path.write_text(drawn, encoding="utf-8")
            print(path.relative_to(ROOT))
    return stale


def pictures() -> dict[str, tuple[str, str]]:
    """Return name to (title, what the terminal was sent)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bot.py").write_text(BOT)
        preview = terminal(folder, "bot.py")
        app = folder / "booth"
        shutil.copytree(ROOT / "fixtures" / "legacy" / "radio_booth" / "v2", app)
        smoke = terminal(app, "smoke", "--migrate", "--python", sys.executable)
    # How long something took, and where this machine keeps its Python, is no part of a picture.
    smoke = re.sub(r"\d+\.\d s\b", "0.1 s", smoke).replace(sys.executable, "python3")
    return {"preview": ("v3-migrate bot.py", preview), "smoke": ("v3-migrate smoke --migrate", smoke)}


def terminal(folder: Path, *arguments: str) -> str:
    """Run the tool on a terminal and return what it sends there."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"}
    for variable in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        environment.pop(variable, None)
    process = subprocess.Popen(
        ["v3-migrate", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=subprocess.DEVNULL,
    )
    os.close(child)
    sent = io.BytesIO()
    while True:
        try:
            part = os.read(parent, 1 << 16)
        except OSError:
            break
        if not part:
            break
        sent.write(part)
    os.close(parent)
    process.wait()
    return sent.getvalue().decode().replace("\r\n", "\n")


def svg(title: str, text: str) -> str:
    """Return what a terminal was sent as a picture."""
    console = Console(width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text.rstrip()), soft_wrap=False)
    drawn = console.export_svg(title=title, unique_id="v3m")
    # The fonts that rich names are fetched from elsewhere; the reader's own will do.
    return re.sub(r"@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)


def words(drawn: str) -> list[str]:
    """Return the texts of a picture, whatever their place and colour, and whatever was counted or timed."""
    return [re.sub(r"\d+", "0", text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", drawn)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Files of other formats, decoded by the real PyAV and the real ffmpeg, from PyPI."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scripts.matrix import interpreter
from tests.runtime.sessions import FOLDER

ROOT = Path(__file__).parents[2]

#: Writes the dictation in formats that people have, with PyAV.
ENCODE = """
import sys, av
for name, codec, rate, layout in [
    ("talk.mp3", "libmp3lame", 44100, "stereo"), ("talk.flac", "flac", 16000, "mono"),
    ("talk.m4a", "aac", 48000, "stereo"), ("talk.webm", "libopus", 48000, "mono"),
    ("talk.ogg", "libopus", 48000, "mono"), ("stereo.wav", "pcm_s24le", 44100, "stereo"),
]:
    with av.open(sys.argv[1]) as source, av.open(f"{sys.argv[2]}/{name}", "w") as made:
        stream = made.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(stream.format, layout, rate, stream.codec_context.frame_size or None)
        for frame in [*source.decode(audio=0), None]:
            for part in resampler.resample(frame):
                made.mux(stream.encode(part))
        made.mux(stream.encode(None))
"""

#: Reads a file as `listen --file` does; prints the format, and how loud each tenth of a second is.
READ = """
import json, math, sys, threading
decoder, *paths = sys.argv[1:]
if decoder == "ffmpeg":
    sys.modules["av"] = None
    import imageio_ffmpeg, os, shutil
    os.symlink(imageio_ffmpeg.get_ffmpeg_exe(), "ffmpeg")
    os.environ["PATH"] = os.getcwd()
from runtime.sources import FileSource, SourceError
for path in paths:
    try:
        source = FileSource(__import__("pathlib").Path(path), speed=math.inf, milliseconds=100)
        peaks = [round(source.audio.peak(chunk), 2) for chunk in source.chunks(threading.Event())]
        print(json.dumps([source.audio.sample_rate, peaks]))
    except SourceError as error:
        print(json.dumps([0, str(error)]))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("encoded")
    subprocess.run([interpreter("decoders"), "-c", ENCODE, FOLDER / "dictation.wav", folder], check=True, timeout=60)
    return sorted(folder.iterdir())


def read(decoder: str, paths: list[Path], folder: Path) -> list[tuple[int, object]]:
    done = subprocess.run(
        [interpreter("decoders"), "-c", READ, decoder, *paths],
        env={"PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return [(rate, heard) for rate, heard in map(json.loads, done.stdout.splitlines())]


@pytest.mark.parametrize("decoder", ["pyav", "ffmpeg"])
def test_a_file_of_any_format_is_what_was_spoken(decoder: str, files: list[Path], tmp_path: Path) -> None:
    original, *decoded = read(decoder, [FOLDER / "dictation.wav", *files], tmp_path)
    assert len(decoded) == 6
    for path, (rate, heard) in zip(files, decoded, strict=True):
        assert rate == 16_000, (path, heard)
        assert isinstance(heard, list)
        assert isinstance(original[1], list)
        pairs = list(zip(original[1], heard, strict=False))
        assert abs(len(heard) - len(original[1])) <= 2, path
        # Codecs delay a little, and are not exact; silence stays silence and speech speech.
        assert sum(abs(a - b) < 0.15 for a, b in pairs) > 0.8 * len(pairs), path


@pytest.mark.parametrize("decoder", ["pyav", "ffmpeg"])
def test_a_file_that_is_broken_or_has_no_sound_is_refused_in_one_line(decoder: str, tmp_path: Path) -> None:
    broken, playlist = tmp_path / "talk.mp3", tmp_path / "list.wma"
    broken.write_bytes(b"ID3" + bytes(500))
    playlist.write_bytes(b"\xff#EXTM3U\nhttp://127.0.0.1:1/talk.mp3\n")
    for path, (rate, said) in zip([broken, playlist], read(decoder, [broken, playlist], tmp_path), strict=True):
        assert rate == 0
        assert str(said).startswith(f"{path}: ")
        assert "\n" not in str(said)

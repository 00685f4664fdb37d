"""Small definitions that migrated programs on the SDK may need in their own module."""

from __future__ import annotations

from codemods.rewrites.sdk.imports import SdkImports
from codemods.rewrites.sdk.names import V3
from codemods.syntax.build import helper
from codemods.syntax.edits import AddHelper, AddImport, Edit
from codemods.syntax.tree import SourceModule

TURN_TEXT = '''\
def turn_text({turn}){text}:
    """Return all words heard so far: `transcript` leaves out those that may still change."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)
'''

MICROPHONE = '''\
class {name}:
    """Audio from the microphone, in chunks of 100 ms (16 bit, mono), until Ctrl+C or `close()`."""

    def __init__(self, sample_rate=44_100, device_index=None):
        import pyaudio

        self.sample_rate = sample_rate
        self._chunk_size = int(sample_rate * 0.1)
        audio = pyaudio.PyAudio()
        self._free = weakref.finalize(self, audio.terminate)  # at exit, if nobody closes it
        self._stream = audio.open(
            format=pyaudio.paInt16,
            channels=1,
            rate=sample_rate,
            input=True,
            frames_per_buffer=self._chunk_size,
            input_device_index=device_index,
        )
        self._open = True

    def __iter__(self):
        return self

    def __next__(self):
        if not self._open:
            raise StopIteration
        try:
            return self._stream.read(self._chunk_size, exception_on_overflow=False)
        except KeyboardInterrupt:
            self.close()
            raise StopIteration from None

    def close(self):
        if self._open:
            self._open = False
            self._stream.stop_stream()
            self._stream.close()
            self._free()
'''

_OPEN = "        self._open = True\n"
_INTERRUPTED = "        except KeyboardInterrupt:\n"

STREAM_FILE = '''\
def {name}(filepath, sample_rate):
    """Yield the audio of a file (16 bit, mono) in chunks of 300 ms, at the pace of speech."""
    chunk_size = int(sample_rate * 0.3) * 2
    shortest = int(sample_rate * 0.05) * 2  # v3 refuses chunks of less than 50 ms
    with open(filepath, "rb") as file:
        while chunk := file.read(chunk_size):
            yield chunk.ljust(shortest, b"\\0")
            time.sleep(0.3)
'''

BUFFERED = '''\
class BufferedStreamingClient(StreamingClient):
    """Gathers short frames, such as the 20 ms of a telephone line: v3 refuses chunks of less than 50 ms."""

    def __init__(self, options, chunk_size, silence):
        super().__init__(options)
        self._chunk_size = chunk_size
        self._silence = silence
        self._pending = b""

    def stream(self, data):
        for frame in [data] if isinstance(data, bytes) else data:
            self._pending += frame
            if len(self._pending) >= self._chunk_size:
                chunk, self._pending = self._pending, b""
                super().stream(chunk)

    def disconnect(self, terminate=False):
        if terminate and self._pending:
            chunk, self._pending = self._pending, b""
            super().stream(chunk.ljust(self._chunk_size, self._silence))
        super().disconnect(terminate=terminate)
'''

END_AT_EXIT = '''\
def end_at_exit(client, exiting=threading.Event()):
    """End the session when the program ends, by Ctrl+C for example, or what this returns is called."""
    if exiting.is_set():
        sys.exit()  # this thread: no session begins any more

    def end():
        exiting.set()
        session = alive()
        if session is not None:
            session.disconnect(terminate=True)

    alive = weakref.ref(client, lambda _: atexit.unregister(end))
    atexit.register(end)
    return end
'''


def turn_text(imports: SdkImports, module: SourceModule) -> tuple[str, list[Edit]]:
    """Return the name of a function for the text of a turn, and the edits that bring it."""
    annotated = imports.annotated("TurnEvent", module)
    if annotated is None:
        added = helper(module, "turn_text", TURN_TEXT.format(turn="turn", text=""))
        return added.name, [added]
    added = helper(module, "turn_text", TURN_TEXT.format(turn=f"turn: {annotated[0]}", text=" -> str"))
    return added.name, [*annotated[1], added]


def buffered(module: SourceModule) -> tuple[str, list[Edit]]:
    """Return the name of a client which gathers short frames, and the edits that bring it."""
    added = helper(module, "BufferedStreamingClient", BUFFERED)
    return added.name, [AddImport(V3, "StreamingClient"), added]


def end_at_exit(module: SourceModule) -> tuple[str, list[Edit]]:
    """Return the name of a function that ends a session with the program, and the edits that bring it."""
    added = helper(module, "end_at_exit", END_AT_EXIT)
    return added.name, [*(AddImport(name) for name in ("atexit", "sys", "threading", "weakref")), added]


def microphone(name: str, *, tells: bool = False) -> list[Edit]:
    """Return the edits that bring the microphone, which the SDK no longer has.

    `tells` is whether it has to tell that Ctrl+C has ended it.
    """
    code = MICROPHONE.format(name=name)
    if tells:
        code = code.replace(_OPEN, _OPEN + "        self.interrupted = False\n")
        code = code.replace(_INTERRUPTED, _INTERRUPTED + "            self.interrupted = True\n")
    return [AddImport("weakref"), AddHelper(name, code)]


def stream_file(name: str) -> list[Edit]:
    """Return the edits that bring the file source, which the SDK no longer has."""
    return [AddImport("time"), AddHelper(name, STREAM_FILE.format(name=name))]

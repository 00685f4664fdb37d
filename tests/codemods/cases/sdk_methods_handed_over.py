"""Methods handed to threads, executors and atexit."""
import asyncio, threading, atexit
from concurrent.futures import ThreadPoolExecutor
import assemblyai as aai
pool = ThreadPoolExecutor()
class S:
    def __init__(self, loop):
        self.loop = loop
        self.t = aai.RealtimeTranscriber(sample_rate=16000, on_data=self.on_data, on_error=self.on_error, on_close=self.on_close)
    def on_data(self, t):
        asyncio.run_coroutine_threadsafe(self.push(t), self.loop)
    async def push(self, t):
        if isinstance(t, aai.RealtimeFinalTranscript):
            await asyncio.sleep(0); print(t.text)
    def on_error(self, e): self.loop.call_soon_threadsafe(print, e)
    def on_close(self): print("closed")
    async def go(self, q):
        await self.loop.run_in_executor(None, self.t.connect)
        await self.loop.run_in_executor(pool, lambda: self.t.connect(timeout=3))
        pool.submit(self.t.stream, aai.extras.MicrophoneStream(16000))
        th = threading.Thread(target=self.t.stream, args=(aai.extras.MicrophoneStream(16000),), daemon=True); th.start()
        threading.Thread(target=self.t.connect).start()
        chunk = await q.get()
        await asyncio.to_thread(self.t.stream, bytes(chunk))
        await self.loop.run_in_executor(None, self.t.close)
        pool.submit(self.t.close).result()
        self.loop.call_soon_threadsafe(self.t.close)
        atexit.register(self.t.close)
        threading.Thread(target=self.t.close).start()
        f = self.t.close
        f()
# output
"""Methods handed to threads, executors and atexit."""
import asyncio, threading, atexit
from concurrent.futures import ThreadPoolExecutor
import assemblyai as aai
from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions, StreamingEvents, StreamingParameters


class MicrophoneStream:
    """The microphone, 100 ms at a time, until Ctrl+C or `close()`."""

    def __init__(self, sample_rate=44_100, device_index=None):
        import pyaudio

        self.sample_rate = sample_rate
        self._audio = pyaudio.PyAudio()
        self._stream = self._audio.open(
            format=pyaudio.paInt16,
            channels=1,
            rate=sample_rate,
            input=True,
            input_device_index=device_index,
        )
        self._open = True

    def __iter__(self):
        return self

    def __next__(self):
        if not self._open:
            raise StopIteration
        try:
            return self._stream.read(self.sample_rate // 10, exception_on_overflow=False)
        except KeyboardInterrupt:
            self.close()
            raise StopIteration from None

    def close(self):
        if self._open:
            self._open = False
            self._stream.close()
            self._audio.terminate()


pool = ThreadPoolExecutor()
class S:
    def __init__(self, loop):
        self.loop = loop
        self.t = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, connect_timeout=3, terminate_timeout=30.0)
        )
        self.t.on(StreamingEvents.Turn, self.on_data)
        self.t.on(StreamingEvents.Error, self.on_error)
    def on_data(self, client, t):
        asyncio.run_coroutine_threadsafe(self.push(t), self.loop)
    async def push(self, t):
        if t.end_of_turn and t.turn_is_formatted and t.transcript:
            await asyncio.sleep(0); print(t.transcript)
    def on_error(self, client, e): self.loop.call_soon_threadsafe(print, e)
    def on_close(self): print("closed")
    async def go(self, q):
        await self.loop.run_in_executor(None, self.t.connect, StreamingParameters(
            sample_rate=16000, speech_model="universal-streaming-english", format_turns=True, inactivity_timeout=300
        ))
        await self.loop.run_in_executor(pool, lambda: self.t.connect(
            StreamingParameters(
                sample_rate=16000, speech_model="universal-streaming-english", format_turns=True, inactivity_timeout=300
            )
        ))
        pool.submit(self.t.stream, MicrophoneStream(16000))
        th = threading.Thread(target=self.t.stream, args=(MicrophoneStream(16000),), daemon=True); th.start()
        threading.Thread(target=self.t.connect, args=(StreamingParameters(
            sample_rate=16000, speech_model="universal-streaming-english", format_turns=True, inactivity_timeout=300
        ),)).start()
        chunk = await q.get()
        await asyncio.to_thread(self.t.stream, bytes(chunk))
        await self.loop.run_in_executor(None, self.t.disconnect, True)
        self.on_close()
        pool.submit(lambda: (self.t.disconnect(terminate=True), self.on_close())).result()
        self.loop.call_soon_threadsafe(lambda: (self.t.disconnect(terminate=True), self.on_close()))
        atexit.register(lambda: (self.t.disconnect(terminate=True), self.on_close()))
        threading.Thread(target=lambda: (self.t.disconnect(terminate=True), self.on_close())).start()
        f = lambda: (self.t.disconnect(terminate=True), self.on_close())
        f()

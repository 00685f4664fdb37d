"""Transcripts and their texts handed on through queues."""
import assemblyai as aai, queue, threading, asyncio
q = queue.Queue()
aq = asyncio.Queue()
last_partial = ""
def on_data(transcript: aai.RealtimeTranscript):
    global last_partial
    if isinstance(transcript, aai.RealtimeFinalTranscript):
        q.put(transcript)
        loop.call_soon_threadsafe(aq.put_nowait, transcript.text)
        last_partial = ""
        return
    if transcript.text == last_partial:
        return
    last_partial = transcript.text
    print(last_partial)
def worker():
    while True:
        item = q.get()
        if item is None: break
        print(item.text.upper(), item.words[-1].end if item.words else item.audio_end)
async def consume():
    while (text := await aq.get()):
        print(text)
loop = asyncio.new_event_loop()
threading.Thread(target=worker).start()
with_t = aai.RealtimeTranscriber(sample_rate=44_100, on_data=on_data, on_error=lambda e: q.put(None))
with_t.connect()
try:
    with_t.stream(aai.extras.MicrophoneStream())
except KeyboardInterrupt:
    pass
finally:
    with_t.close(); q.put(None)
# output
"""Transcripts and their texts handed on through queues."""
import assemblyai as aai, queue, threading, asyncio
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


def microphone_chunks(sample_rate=44_100):
    """Yield what the microphone hears, 100 ms at a time, until Ctrl+C."""
    import pyaudio

    audio = pyaudio.PyAudio()
    stream = audio.open(rate=sample_rate, channels=1, format=pyaudio.paInt16, input=True)
    try:
        while True:
            yield stream.read(sample_rate // 10, exception_on_overflow=False)
    except KeyboardInterrupt:
        pass  # ends the audio, as it did before
    finally:
        stream.close()
        audio.terminate()


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


q = queue.Queue()
aq = asyncio.Queue()
last_partial = ""
def on_data(client: StreamingClient, transcript: TurnEvent):
    global last_partial
    if transcript.end_of_turn and transcript.turn_is_formatted and transcript.transcript:
        q.put(transcript)
        loop.call_soon_threadsafe(aq.put_nowait, transcript.transcript)
        last_partial = ""
        return
    if (" ".join(word.text for word in transcript.words)) == last_partial:
        return
    last_partial = " ".join(word.text for word in transcript.words)
    print(last_partial)
def worker():
    while True:
        item = q.get()
        if item is None: break
        print(turn_text(item).upper(), item.words[-1].end if item.words else (item.words[-1].end if item.words else 0))
async def consume():
    while (text := await aq.get()):
        print(text)
loop = asyncio.new_event_loop()
threading.Thread(target=worker).start()
with_t = StreamingClient(
    StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
)
with_t.on(StreamingEvents.Turn, on_data)
with_t.on(StreamingEvents.Error, lambda client, e: q.put(None))
with_t.connect(
    StreamingParameters(
        sample_rate=44_100,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
)
try:
    with_t.stream(microphone_chunks())
except KeyboardInterrupt:
    pass
finally:
    with_t.disconnect(terminate=True); q.put(None)

"""Names that no version of the SDK ever had: nothing is made of them, and each is told."""
import assemblyai as aai
def on_msg(m):
    if m.is_final: print(m.transcript, m.speaker)
    print(m.partial)


async def main():
    t = aai.RealtimeTranscriber(on_message=on_msg, on_end=print, sample_rate=16000, encoding=aai.AudioEncoding.pcm_16, api_key="k", language_code="es")
    await t.connect()
    t.send(b"")
    t.start()
    if t.is_connected(): pass
    await t.close()


t2 = aai.RealtimeTranscriber(on_data=on_msg, on_error=print, sample_rate=16000)
t2.on_data = print
t2.start_stream()
t2.connect(); t2.close()
x = aai.RealtimeTranscriberConfig(sample_rate=1)
from assemblyai import RealtimeInterimTranscript
class T(aai.Transcriber):
    def __init__(self):
        super().__init__(on_data=print, sample_rate=16000)
# output
"""Names that no version of the SDK ever had: nothing is made of them, and each is told."""
import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)
def on_msg(m):
    # TODO(v3-migrate): A v2 transcript never had 'is_final'; the nearest in v3 is end_of_turn and turn_is_formatted. [V3M605] https://v3-migrate.github.io/v3-migrate/rules/v3m605/
    # TODO(v3-migrate): A v2 transcript never had 'speaker'; the nearest in v3 is speaker_label, with StreamingParameters(speaker_labels=True). [V3M605] https://v3-migrate.github.io/v3-migrate/rules/v3m605/
    if m.is_final: print(m.transcript, m.speaker)
    # TODO(v3-migrate): A v2 transcript never had 'partial'; the nearest in v3 is not end_of_turn. [V3M605] https://v3-migrate.github.io/v3-migrate/rules/v3m605/
    print(m.partial)


async def main():
    # TODO(v3-migrate): Not rewritten: v2 never had the callback 'on_end'; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    # TODO(v3-migrate): RealtimeTranscriber never had 'on_message'; the nearest is on_data (v3: on(StreamingEvents.Turn, ...)); the call failed in v2 as well. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    # TODO(v3-migrate): RealtimeTranscriber never had 'on_end'; the nearest is on_close (v3: on(StreamingEvents.Termination, ...)); the call failed in v2 as well. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    # TODO(v3-migrate): AudioEncoding never had 'pcm_16'; v2 and v3 have pcm_s16le and pcm_mulaw. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
    # TODO(v3-migrate): RealtimeTranscriber never had 'api_key'; the nearest is aai.settings.api_key (v3: StreamingClientOptions(api_key=...)); the call failed in v2 as well. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    # TODO(v3-migrate): RealtimeTranscriber never had 'language_code'; the nearest is nothing (v3: speech_model="universal-streaming-multilingual"); the call failed in v2 as well. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    t = aai.RealtimeTranscriber(on_message=on_msg, on_end=print, sample_rate=16000, encoding=aai.AudioEncoding.pcm_16, api_key="k", language_code="es")
    # TODO(v3-migrate): connect never was a coroutine, neither in v2 nor on this client: take the await out. [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
    await t.connect()
    # TODO(v3-migrate): RealtimeTranscriber never had 'send'; the nearest in v3 is stream(...). [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
    t.send(b"")
    # TODO(v3-migrate): RealtimeTranscriber never had 'start'; the nearest in v3 is connect(...). [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
    t.start()
    # TODO(v3-migrate): RealtimeTranscriber never had 'is_connected'; the nearest in v3 is a flag set by the handlers of Begin and Termination. [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
    if t.is_connected(): pass
    # TODO(v3-migrate): close never was a coroutine, neither in v2 nor on this client: take the await out. [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
    await t.close()


t2 = StreamingClient(
    StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
)
t2.on(StreamingEvents.Turn, lambda client, event: on_msg(event))
t2.on(StreamingEvents.Error, lambda client, event: print(event))
t2.on_data = print
# TODO(v3-migrate): RealtimeTranscriber never had 'start_stream'. [V3M609] https://v3-migrate.github.io/v3-migrate/rules/v3m609/
t2.start_stream()
t2.connect(
    StreamingParameters(
        sample_rate=16000,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
); t2.disconnect(terminate=True)
# TODO(v3-migrate): The SDK never exported RealtimeTranscriberConfig; a final is recognised in v3 by end_of_turn and turn_is_formatted, events by StreamingEvents. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
x = aai.RealtimeTranscriberConfig(sample_rate=1)
# TODO(v3-migrate): The SDK never exported RealtimeInterimTranscript. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
from assemblyai import RealtimeInterimTranscript
class T(aai.Transcriber):
    def __init__(self):
        super().__init__(on_data=print, sample_rate=16000)

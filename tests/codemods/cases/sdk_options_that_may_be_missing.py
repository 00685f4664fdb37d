"""Options that may not be given, tokens and their errors, another host."""
import os, assemblyai as aai
client = aai.Client(settings=aai.Settings(api_key=os.environ["K"], base_url="https://api.eu.assemblyai.com"))
TERMS = open("terms").read().split()
def make(rate=None, enc=None, token=None, boost=None, silence=None, quiet=False):
    t = aai.RealtimeTranscriber(
        sample_rate=rate or 16_000, encoding=aai.AudioEncoding.pcm_mulaw if enc == "ulaw" else None,
        token=token, client=client, word_boost=boost or TERMS, on_data=lambda d: None, on_error=lambda e: None,
        end_utterance_silence_threshold=silence,
        disable_partial_transcripts=quiet, on_extra_session_information=None)
    t.connect(timeout=None if rate else 4)
    return t
def token(n: int):
    tok = aai.RealtimeTranscriber.create_temporary_token(n, timeout=3)
    try:
        return aai.RealtimeTranscriber.create_temporary_token(expires_in=480)
    except aai.AssemblyAIError as e:
        return e.status_code
t = make()
t.stream(b"x"); t.force_end_utterance(); t.configure_end_utterance_silence_threshold(threshold_milliseconds=300)
t.close()
aai.settings.base_url = "https://x"
# output
"""Options that may not be given, tokens and their errors, another host."""
import os, assemblyai as aai

from assemblyai.streaming.v3 import (
    Encoding,
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
    StreamingSessionParameters,
)
client = aai.Client(settings=aai.Settings(api_key=os.environ["K"], base_url="https://api.eu.assemblyai.com"))
TERMS = open("terms").read().split()
def make(rate=None, enc=None, token=None, boost=None, silence=None, quiet=False):
    # TODO(v3-migrate): settings.base_url is not for v3's client: give it its host, without a scheme, by StreamingClientOptions(api_host=...). [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    # TODO(v3-migrate): If this is a telephone line, its frames of 20 ms are too short for v3: gather a few first. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    t = StreamingClient(
        StreamingClientOptions(
            api_key=client.settings.api_key,
            token=token,
            connect_timeout=(None if rate else 4) or 3600.0,
            terminate_timeout=30.0,
        )
    )
    t.on(StreamingEvents.Turn, lambda client, d: None)
    t.on(StreamingEvents.Error, lambda client, e: None)
    t.connect(
        StreamingParameters(
            sample_rate=rate or 16_000,
            encoding=Encoding.pcm_mulaw if enc == "ulaw" else None,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
            keyterms_prompt=boost or TERMS,
            end_of_turn_confidence_threshold=1.0,
            max_turn_silence=silence,
        )
    )
    return t
def token(n: int):
    tok = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key)).create_temporary_token(
        expires_in_seconds=min(n, 600),
        max_session_duration_seconds=min(max(n, 60), 10800),
    )
    # TODO(v3-migrate): create_temporary_token raises httpx.HTTPStatusError in v3, which has no status_code of its own. [V3M610] https://v3-migrate.github.io/v3-migrate/rules/v3m610/
    try:
        return StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key)).create_temporary_token(
            expires_in_seconds=480,
            max_session_duration_seconds=480,
        )
    except aai.AssemblyAIError as e:
        return e.status_code
t = make()
try:
    t.stream(b"x"); t.force_endpoint(); t.set_params(StreamingSessionParameters(end_of_turn_confidence_threshold=1.0, max_turn_silence=300))
finally:
    t.disconnect(terminate=True)
aai.settings.base_url = "https://x"

"""The vendor's legacy SDK: `RealtimeTranscriber`, in the v2 dialect."""

import assemblyai as aai
import common

aai.settings.base_url = f"https://{common.HOST}"
aai.settings.api_key = common.KEY


def on_data(transcript: aai.RealtimeTranscript) -> None:
    """Print finals."""
    if isinstance(transcript, aai.RealtimeFinalTranscript):
        print(transcript.text, flush=True)


def on_error(error: aai.RealtimeError) -> None:
    """Print errors, which are no finals."""
    print("error:", error, flush=True)


transcriber = aai.RealtimeTranscriber(
    token=aai.RealtimeTranscriber.create_temporary_token(expires_in=60),
    on_data=on_data,
    on_error=on_error,
    sample_rate=16000,
    word_boost=["notes"],
    on_extra_session_information=lambda information: None,
    end_utterance_silence_threshold=500,
)
transcriber.connect()
transcriber.stream(common.paced())
transcriber.close()

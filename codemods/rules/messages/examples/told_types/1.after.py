import json
import logging
import os

from websockets.sync.client import connect

URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
logger = logging.getLogger("captions")

with connect(URL, additional_headers={"Authorization": os.environ["ASSEMBLYAI_API_KEY"]}) as ws:
    print("Waiting for Begin ...")
    for raw in ws:
        message = json.loads(raw)
        if message["type"] == "Begin":
            logger.info("Begin received: %s", message)
        if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]:
            print("FinalTranscript:", message["transcript"])

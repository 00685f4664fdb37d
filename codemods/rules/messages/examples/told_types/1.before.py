import json
import logging
import os

from websockets.sync.client import connect

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
logger = logging.getLogger("captions")

with connect(URL, additional_headers={"Authorization": os.environ["ASSEMBLYAI_API_KEY"]}) as ws:
    print("Waiting for SessionBegins ...")
    for raw in ws:
        message = json.loads(raw)
        if message["message_type"] == "SessionBegins":
            logger.info("SessionBegins received: %s", message)
        if message["message_type"] == "FinalTranscript":
            print("FinalTranscript:", message["text"])

"""URLs made by filling templates."""
import os

import requests
import websocket

ENDPOINT = os.environ.get("ENDPOINT", "wss://api.assemblyai.com/v2/realtime/ws")
STREAM = "api.assemblyai.com"
SHARED = "https://api.assemblyai.com/v2"
RATE = 16000

websocket.create_connection("%s?sample_rate=%d" % (ENDPOINT, RATE))
websocket.create_connection("%(url)s?sample_rate=%(rate)d&word_boost=%(words)s" % {"url": ENDPOINT, "rate": RATE, "words": "[]"})
websocket.create_connection("{}?sample_rate={}".format(ENDPOINT, RATE))
websocket.create_connection("{url}?sample_rate={rate:d}&token={0}".format("token", url=ENDPOINT, rate=RATE))
websocket.create_connection("{0}?sample_rate={1}".format(*[ENDPOINT, RATE]))
websocket.create_connection("wss://%s/v2/realtime/ws?sample_rate=16000" % STREAM)
requests.post("{}/realtime/token".format(SHARED), json={"expires_in": 480})
requests.post("{}/transcript".format(SHARED))
# output
"""URLs made by filling templates."""
import os

import requests
import websocket

ENDPOINT = os.environ.get("ENDPOINT", "wss://streaming.assemblyai.com/v3/ws")
STREAM = "streaming.assemblyai.com"
SHARED = "https://api.assemblyai.com/v2"
RATE = 16000

websocket.create_connection("%s?sample_rate=%d&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300" % (ENDPOINT, RATE))
websocket.create_connection("%(url)s?sample_rate=%(rate)d&keyterms_prompt=%(words)s&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300" % {"url": ENDPOINT, "rate": RATE, "words": "[]"})
websocket.create_connection("{}?sample_rate={}&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300".format(ENDPOINT, RATE))
websocket.create_connection("{url}?sample_rate={rate:d}&token={0}&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300".format("token", url=ENDPOINT, rate=RATE))
websocket.create_connection("{0}?sample_rate={1}&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300".format(*[ENDPOINT, RATE]))
websocket.create_connection("wss://%s/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300" % STREAM)
# TODO(v3-migrate): Ask for a v3 token here: GET https://streaming.assemblyai.com/v3/token?expires_in_seconds=... (1 to 600). [V3M104] https://v3-migrate.github.io/v3-migrate/rules/v3m104/
requests.post("{}/realtime/token".format(SHARED), json={"expires_in": 480})
requests.post("{}/transcript".format(SHARED))

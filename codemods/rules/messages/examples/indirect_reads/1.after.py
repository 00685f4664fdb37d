import json
from operator import itemgetter

import websocket

text_of = itemgetter("text")
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
while True:
    event = json.loads(ws.recv())
    if event["type"] == "Turn" and event["end_of_turn"] and event["turn_is_formatted"] and event["transcript"]:
        # TODO(v3-migrate): Looks for v2's keys in a server message: text is transcript. [V3M328] https://v3-migrate.github.io/v3-migrate/rules/v3m328/
        # TODO(v3-migrate): Looks for v2's keys in a server message: v3 has no confidence. [V3M328] https://v3-migrate.github.io/v3-migrate/rules/v3m328/
        print(text_of(event), "%(confidence)s" % event)

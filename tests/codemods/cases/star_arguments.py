"""Arguments handed on through `*` and `**`: the URL, the callbacks, the parameters and the messages behind them."""
import json

import websocket
from urllib.parse import urlencode


def make(*args, **kwargs):
    return websocket.WebSocketApp(*args, **kwargs)


def on_message(app, raw):
    message = json.loads(raw)
    if message["message_type"] == "FinalTranscript":
        print(message["text"])


class Client:
    def __init__(self, **options):
        self.options = {"sample_rate": 16000, **options}

    def open(self):
        return websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?" + urlencode(self.options))


def control(**fields):
    socket.send(json.dumps(fields))


make("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
where = ("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000",)
how = {"on_message": lambda app, raw: print(json.loads(raw)["text"])}
websocket.WebSocketApp(*where, **how)
words = {"word_boost": json.dumps(["Weitzman"])}
socket = Client(**words, boost_param="high").open()
control(force_end_utterance=True)
socket.send(json.dumps({"terminate_session": True}))
socket.close()
# output
"""Arguments handed on through `*` and `**`: the URL, the callbacks, the parameters and the messages behind them."""
import json

import websocket
from urllib.parse import urlencode


def make(*args, **kwargs):
    return websocket.WebSocketApp(*args, **kwargs)


def on_message(app, raw):
    message = json.loads(raw)
    if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]:
        print(message["transcript"])


class Client:
    def __init__(self, **options):
        self.options = {"sample_rate": 16000, **options, "speech_model": "universal-streaming-english", "format_turns": "true", "inactivity_timeout": 300}

    def open(self):
        return websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?" + urlencode(self.options))


def control(**fields):
    # TODO(v3-migrate): v2 control message 'force_end_utterance', put together by callers: v3 has another. [V3M401] https://v3-migrate.github.io/v3-migrate/rules/v3m401/
    socket.send(json.dumps(fields))


make("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
where = ("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300",)
how = {"on_message": lambda app, raw: print(" ".join(word["text"] for word in json.loads(raw).get("words", ())))}
websocket.WebSocketApp(*where, **how)
words = {"keyterms_prompt": json.dumps(["Weitzman"])}
socket = Client(**words).open()
control(force_end_utterance=True)
socket.send(json.dumps({"type": "Terminate"}))
socket.close()

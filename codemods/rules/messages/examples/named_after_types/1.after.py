import json
import websocket


class Handler:
    def on_message(self, ws, raw):
        data = json.loads(raw)
        # TODO(v3-migrate): A name is made from the message type: v3 types are Begin, Turn, Termination. [V3M324] https://v3-migrate.github.io/v3-migrate/rules/v3m324/
        getattr(self, "on_" + data["type"])(data)


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=Handler().on_message)

import json
import websocket


def on_message(ws, raw):
    for key, value in json.loads(raw).items():
        # TODO(v3-migrate): Looks for a v2 key among those of a message: text is transcript. [V3M327] https://v3-migrate.github.io/v3-migrate/rules/v3m327/
        if key == "text":
            print(value)


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)

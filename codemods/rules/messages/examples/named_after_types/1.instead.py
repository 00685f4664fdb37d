import json
import websocket


class Handler:
    def on_message(self, ws, raw):
        data = json.loads(raw)
        match data["type"]:
            case "Begin":
                self.on_begin(data)
            case "Turn" if data["end_of_turn"] and data["turn_is_formatted"]:
                self.on_final(data)
            case "Termination":
                self.on_end(data)


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=Handler().on_message)

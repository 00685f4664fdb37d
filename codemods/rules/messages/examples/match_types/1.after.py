import json
import websocket


def turn_kind(message):
    """Return a message's type: for a Turn, "PartialTurn" or "FinalTurn"."""
    kind = message.get("type")
    if kind != "Turn":
        return kind
    final = message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]
    return "FinalTurn" if final else "PartialTurn"


def on_message(ws, raw):
    data = json.loads(raw)
    match turn_kind(data):
        case "FinalTurn":
            print(data["transcript"])
        case "Begin":
            print('hello')


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)

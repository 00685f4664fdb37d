import json

import websocket


def on_message(ws, message):
    try:
        event = json.loads(message)
        show(event)
    except json.JSONDecodeError as error:
        print(f"the message is no JSON: {error}")
    except Exception as error:
        print(f"cannot show this: {error}")


ws = websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)

import websocket

# TODO(v3-migrate): V3M510 nothing ends this session, billed for up to 3 hours: send {"type": "Terminate"} and wait for Termination, then close
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")


def feed(chunk):
    ws.send_binary(chunk)

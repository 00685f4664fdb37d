import websocket

# TODO(v3-migrate): Nothing ends this session, billed until 5 minutes pass without a message: send {"type": "Terminate"} and wait for Termination, then close. [V3M510] https://v3-migrate.github.io/v3-migrate/rules/v3m510/
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")


def feed(chunk):
    ws.send_binary(chunk)

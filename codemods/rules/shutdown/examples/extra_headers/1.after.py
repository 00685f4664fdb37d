import websockets

# TODO(v3-migrate): websockets 14 renamed extra_headers= to additional_headers=: rename or pin websockets<14. [V3M504] https://v3-migrate.github.io/v3-migrate/rules/v3m504/
ws = websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", extra_headers={"authorization": K})

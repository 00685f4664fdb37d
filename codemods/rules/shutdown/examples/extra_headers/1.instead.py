import websockets

ws = websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", additional_headers={"authorization": K})

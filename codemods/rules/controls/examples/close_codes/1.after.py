import websockets


async def main():
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        try:
            await ws.recv()
        except websockets.exceptions.ConnectionClosedError as e:
            assert e.code == 3008
            if e.code == 1008:
                raise
            # TODO(v3-migrate): A range of v2 close codes: v3 closes with 1008 and 3005 to 3009. [V3M402] https://v3-migrate.github.io/v3-migrate/rules/v3m402/
            if e.code >= 4000:
                print(e)

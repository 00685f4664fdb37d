import websockets


async def relay(browser):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        async for raw in ws:
            # TODO(v3-migrate): Hands a server message on as it is: whoever reads it gets v3 messages now. [V3M322] https://v3-migrate.github.io/v3-migrate/rules/v3m322/
            await browser.send_text(raw)

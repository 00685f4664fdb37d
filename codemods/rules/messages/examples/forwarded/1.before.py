import websockets


async def relay(browser):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000") as ws:
        async for raw in ws:
            await browser.send_text(raw)

async def relay(browser, source):
    async for raw in source:
        await browser.send_text(raw)

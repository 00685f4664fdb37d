"""The same with Starlette, which starts its own server."""

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from speech import transcribe


async def microphone(browser):
    await browser.accept()

    async def show(text):
        print("heard:", text)

    await transcribe(browser.iter_bytes(), show)


app = Starlette(routes=[WebSocketRoute("/microphone", microphone)])

if __name__ == "__main__":
    uvicorn.run(app, port=0)

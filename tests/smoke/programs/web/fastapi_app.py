"""A browser's microphone over a WebSocket. Run with: uvicorn fastapi_app:app"""

from fastapi import APIRouter, FastAPI, WebSocket

from speech import transcribe

app = FastAPI()
router = APIRouter(prefix="/api")


@app.get("/health")
async def health():
    return "ok"


@router.websocket("/microphone")
async def microphone(browser: WebSocket):
    await browser.accept()

    async def show(text):
        print("heard:", text)

    await transcribe(browser.iter_bytes(), show)


app.include_router(router)

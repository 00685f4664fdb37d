"""A page that starts a dictation from the microphone of this machine. Run with: flask --app flask_app run"""

import asyncio
import threading

import pyaudio
from flask import Flask

from speech import transcribe

app = Flask(__name__)


@app.route("/")
def index():
    return "<a href='/dictation/start'>start</a>"


@app.route("/dictation/start", methods=["POST"])
def start():
    threading.Thread(target=dictate, daemon=True).start()
    return "started"


def dictate():
    async def chunks():
        microphone = pyaudio.PyAudio().open(
            rate=16000, channels=1, format=pyaudio.paInt16, input=True, frames_per_buffer=1600
        )
        for _ in range(90):
            yield await asyncio.to_thread(microphone.read, 1600)

    async def show(text):
        print("heard:", text)

    asyncio.run(transcribe(chunks(), show))

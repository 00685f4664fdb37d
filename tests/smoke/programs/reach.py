"""A program of a user that reaches the service in one way, named on its command line, and prints what it got.

`python reach.py CLIENT`: a session's first message, or a temporary token. Nothing here knows of a test.
"""

import asyncio
import json
import os
import sys

KEY = os.environ["ASSEMBLYAI_API_KEY"]
HOST = "streaming.assemblyai.com"
QUERY = "sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"
URL = f"wss://{HOST}/v3/ws?{QUERY}"
TOKEN = f"https://{HOST}/v3/token?expires_in_seconds=60"
HEADERS = {"Authorization": KEY}
END = json.dumps({"type": "Terminate"})


def tell(message):
    """Print what the service said."""
    print("service:", *json.loads(message).keys())


def websocket_client():
    import websocket

    socket = websocket.create_connection(URL, header=HEADERS)
    tell(socket.recv())
    socket.send(END)
    socket.close()


def websocket_client_certifi():
    import ssl

    import certifi
    import websocket

    socket = websocket.create_connection(
        URL, header=HEADERS, sslopt={"cert_reqs": ssl.CERT_REQUIRED, "ca_certs": certifi.where()}
    )
    tell(socket.recv())
    socket.send(END)
    socket.close()


def websocket_app():
    import websocket

    def on_message(app, message):
        tell(message)
        app.close()

    websocket.WebSocketApp(URL, header=HEADERS, on_open=lambda app: app.send(END), on_message=on_message).run_forever()


def websockets():
    import websockets

    old = int(websockets.version.version.split(".")[0]) < 14
    headers = {"extra_headers" if old else "additional_headers": HEADERS}

    async def talk():
        async with websockets.connect(URL, **headers) as socket:
            tell(await socket.recv())
            await socket.send(END)

    asyncio.run(talk())


def websockets_threads():
    from websockets.sync.client import connect

    with connect(URL, additional_headers=HEADERS) as socket:
        tell(socket.recv())
        socket.send(END)
        for _ in socket:
            pass


def uvloop():
    import uvloop

    uvloop.install()
    websockets()


def aiohttp():
    import aiohttp

    async def talk():
        async with aiohttp.ClientSession(headers=HEADERS) as session:
            async with session.ws_connect(URL) as socket:
                tell((await socket.receive()).data)
                await socket.send_str(END)
            async with session.get(TOKEN) as answer:
                tell(await answer.text())

    asyncio.run(talk())


def sdk():
    from assemblyai.streaming.v3 import (
        StreamingClient,
        StreamingClientOptions,
        StreamingEvents,
        StreamingParameters,
    )

    client = StreamingClient(StreamingClientOptions(api_key=KEY))
    tell(json.dumps({"token": client.create_temporary_token(60)}))
    client.on(StreamingEvents.Begin, lambda _, event: tell(event.json()))
    client.connect(
        StreamingParameters(sample_rate=16000, speech_model="universal-streaming-english", format_turns=True)
    )
    client.disconnect(terminate=True)


def legacy_sdk():
    import assemblyai

    assemblyai.settings.api_key = KEY
    transcriber = assemblyai.RealtimeTranscriber(
        on_data=print, on_error=print, on_open=lambda opened: tell(opened.json()), sample_rate=16000
    )
    transcriber.connect()
    transcriber.close()


def requests():
    import requests

    tell(requests.get(TOKEN, headers=HEADERS, timeout=10).text)


def httpx():
    import httpx

    tell(httpx.get(TOKEN, headers=HEADERS).text)


def urllib():
    import urllib.request

    with urllib.request.urlopen(urllib.request.Request(TOKEN, headers=HEADERS)) as answer:
        tell(answer.read())


globals()[sys.argv[1]]()

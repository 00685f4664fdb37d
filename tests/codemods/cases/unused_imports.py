# What stands above the imports.

# of the language
from __future__ import annotations

# for base64
import base64
import json
import os; import base64 as again

# of others
import websockets

try:
    import json as codec
    import base64
except ImportError:
    codec = None


async def main(chunk):
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000") as socket:
        await socket.send(json.dumps({"audio_data": base64.b64encode(chunk).decode()}))
        await socket.send('{"terminate_session": true}')
        print(os.getpid(), codec)
# output
# What stands above the imports.

# of the language
from __future__ import annotations

import os; import base64 as again

# of others
import websockets

try:
    import json as codec
except ImportError:
    codec = None


async def main(chunk):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as socket:
        await socket.send(chunk)
        await socket.send('{"type": "Terminate"}')
        print(os.getpid(), codec)

"""One setting becomes three, laid out as the one was."""
import json

import websocket

socket = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
socket.send(json.dumps({"end_utterance_silence_threshold": 300}))
socket.send(
    json.dumps(
        {  # milliseconds
            "end_utterance_silence_threshold": 300  # as in the office
        }
    )
)
socket.send(json.dumps({
    'end_utterance_silence_threshold': 300,
}))
socket.send('{"terminate_session": true}')
# output
"""One setting becomes three, laid out as the one was."""
import json

import websocket

socket = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
socket.send(json.dumps({"type": "UpdateConfiguration", "end_of_turn_confidence_threshold": 1, "max_turn_silence": 300}))
socket.send(
    json.dumps(
        {  # milliseconds
            "type": "UpdateConfiguration",
            "end_of_turn_confidence_threshold": 1,
            "max_turn_silence": 300  # as in the office
        }
    )
)
socket.send(json.dumps({
    'type': 'UpdateConfiguration',
    'end_of_turn_confidence_threshold': 1,
    'max_turn_silence': 300,
}))
socket.send('{"type": "Terminate"}')

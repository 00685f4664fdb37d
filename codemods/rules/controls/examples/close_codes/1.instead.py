def on_close(ws, code, reason):
    if code == 1008:
        print("the key, or too many sessions at once:", reason)
    elif code == 3007:
        print("audio: 50 to 1000 ms in a frame, and no faster than it is spoken")
    elif code == 3008:
        print("the session has reached its limit of three hours")
    elif code in (3005, 3006):
        print("see the message of type Error that came before")

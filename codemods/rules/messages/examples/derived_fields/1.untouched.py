reply = {"confidence": 0.5, "audio_start": 0}
print(reply["confidence"], reply["audio_start"])

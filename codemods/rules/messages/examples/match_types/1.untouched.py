order = {"message_type": "FinalTranscript", "text": ""}

match order:
    case {"message_type": "FinalTranscript", "text": text}:
        print(text)

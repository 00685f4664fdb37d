def handle(event):
    match event["kind"]:
        case "FinalTranscript":
            print(event)

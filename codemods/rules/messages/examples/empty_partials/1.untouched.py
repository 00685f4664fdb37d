if not {"text": ""}["text"]:
    print("quiet")

def show(kind, text):
    if kind == "final":
        print(text)


show({"message_type": "final"}["message_type"], "")

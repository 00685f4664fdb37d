def end(kind):
    if kind == "SessionInformation":
        print(1)
    elif kind == "SessionTerminated":
        print(2)

state = {"text": "", "session_id": 1}
print(state["text"], state.get("session_id"))

settings = {"terminate_session": True, "color": "red"}

def run(self, order):
    return getattr(self, "on_" + order["message_type"])

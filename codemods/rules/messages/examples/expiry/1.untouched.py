from datetime import datetime


def read(order):
    return datetime.fromisoformat(order["expires_at"])

def wanted(order):
    return order["message_type"].startswith("Final")

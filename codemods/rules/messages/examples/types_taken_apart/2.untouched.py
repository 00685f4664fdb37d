def wanted(order, settings):
    return order["message_type"] == settings.FINAL

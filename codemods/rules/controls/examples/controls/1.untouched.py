import json


def stop(browser):
    browser.send(json.dumps({"terminate_session": True}))

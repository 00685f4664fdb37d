import json


def handle(data):
    return json.loads(data)['text']

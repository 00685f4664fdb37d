import json
import urllib.request

URL = 'https://api.assemblyai.com/v2/realtime/token'


def ask(key, ttl):
    body = json.dumps({'expires_in': ttl}).encode()
    return urllib.request.Request(URL, data=body, headers={'authorization': key}, method='POST')

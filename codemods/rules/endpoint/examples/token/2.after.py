import urllib.request
from urllib.parse import urlencode

URL = 'https://streaming.assemblyai.com/v3/token'


def ask(key, ttl):
    body = {'expires_in_seconds': min(ttl, 600), 'max_session_duration_seconds': min(max(ttl, 60), 10800)}
    return urllib.request.Request(URL + '?' + urlencode(body), headers={'authorization': key})

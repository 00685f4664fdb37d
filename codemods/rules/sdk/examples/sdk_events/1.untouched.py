import requests

if requests.get('https://example.com').status_code == 4008:
    pass

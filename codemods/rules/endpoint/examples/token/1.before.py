import requests


def token(key):
    response = requests.post("https://api.assemblyai.com/v2/realtime/token",
                             headers={"authorization": key}, json={"expires_in": 3600})
    return response.json()["token"]

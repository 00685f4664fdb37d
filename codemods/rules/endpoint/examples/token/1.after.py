import requests


def token(key):
    response = requests.get("https://streaming.assemblyai.com/v3/token",
                             headers={"authorization": key}, params={"expires_in_seconds": 600, "max_session_duration_seconds": 3600})
    return response.json()["token"]

import requests

requests.post("https://api.assemblyai.com/v2/transcript", json={"expires_in": 3600})

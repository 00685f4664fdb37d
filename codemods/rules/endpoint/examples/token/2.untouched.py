import requests

requests.post("https://api.example.com/v2/realtime/token", json={"expires_in": 3600})

import requests

BASE = "https://api.assemblyai.com/v2"
requests.post(BASE + "/transcript")

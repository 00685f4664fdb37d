import requests

requests.post("https://api.assemblyai.com/v2/transcript", json={"punctuate": True})

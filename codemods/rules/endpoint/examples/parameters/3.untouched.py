import requests

requests.post("https://api.assemblyai.com/v2/transcript", json={"word_boost": ["a"], "boost_param": "low"})

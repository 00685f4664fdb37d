params = {"word_boost": ["a"], "boost_param": "high", "sample_rate": 8000}
print(params)

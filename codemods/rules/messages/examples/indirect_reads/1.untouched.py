from operator import itemgetter

rows = [{"text": "Hello.", "confidence": 1}]
print(sorted(rows, key=itemgetter("text")), "%(confidence)s" % rows[0])

row = {"text": ""}
row.update(text="Hello.")
print(row["text"])

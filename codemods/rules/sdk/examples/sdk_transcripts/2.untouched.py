class Note:
    text = ''


print(Note().text)

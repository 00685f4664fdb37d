stream = open('a.raw')
stream.close()

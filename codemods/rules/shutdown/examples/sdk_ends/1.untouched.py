import sqlite3

base = sqlite3.connect('a.db')
base.execute('select 1')
base.close()

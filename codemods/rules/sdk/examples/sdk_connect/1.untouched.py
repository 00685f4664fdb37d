import sqlite3

sqlite3.connect('a.db').close()

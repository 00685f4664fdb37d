import os
import websocket

print(websocket.create_connection(os.environ["URL"]).recv())

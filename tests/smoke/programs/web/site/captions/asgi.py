"""Run with: daphne captions.asgi:application"""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "captions.settings")
pages = get_asgi_application()

from captions.consumers import Microphone

application = ProtocolTypeRouter(
    {"http": pages, "websocket": URLRouter([re_path(r"^ws/microphone$", Microphone.as_asgi())])}
)

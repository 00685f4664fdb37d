"""Settings of a Django project that is nothing but a WebSocket."""

SECRET_KEY = "not a secret"
DEBUG = True
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["daphne", "channels"]
ASGI_APPLICATION = "captions.asgi.application"

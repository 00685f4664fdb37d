"""V3M6xx: the Python SDK."""

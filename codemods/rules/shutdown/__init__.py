"""V3M5xx: threads, resources, shutdown."""

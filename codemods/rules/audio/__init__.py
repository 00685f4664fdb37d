"""V3M2xx: audio."""

"""V3M3xx: messages and their fields."""

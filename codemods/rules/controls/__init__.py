"""V3M4xx: control messages and close codes."""

"""How sessions end: one strategy a file."""

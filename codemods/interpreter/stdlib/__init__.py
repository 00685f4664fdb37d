"""What the standard library does to values."""

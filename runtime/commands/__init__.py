"""The commands `listen`, `record` and `replay`."""

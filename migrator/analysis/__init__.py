"""From one file, or a group of them, to an outcome."""

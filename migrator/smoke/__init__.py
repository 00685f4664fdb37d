"""Runs the user's own program, unchanged, against the replay server and judges what it did."""

"""The dependencies that a project declares: which versions the new code will meet, and which it needs."""

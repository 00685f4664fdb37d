"""Where Python lives in a file."""

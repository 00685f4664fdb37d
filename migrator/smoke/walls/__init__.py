"""What keeps a program under test from everything but its own folder and the local server."""

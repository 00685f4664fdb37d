"""Where results go: files, and the way back."""

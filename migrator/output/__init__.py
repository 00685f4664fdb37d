"""Where results go: files, patches, git."""

"""What a run tells its user, in one form per file."""

"""What several rules plan together."""

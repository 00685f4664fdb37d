"""The reference client of Streaming v3."""

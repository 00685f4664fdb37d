"""Command-line arguments of `v3-migrate`; every command is one function elsewhere."""

from __future__ import annotations


def main() -> int:
    """Run the tool and return its exit code."""
    return 0

"""The `v3-migrate` tool: from paths on a command line to files rewritten and a report."""

__version__ = "0.1.0"

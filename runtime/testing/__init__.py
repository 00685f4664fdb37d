"""A replay server in the tests of a program: what the pytest plug-in `v3_migrate_pytest` is made of."""

from __future__ import annotations

from runtime.testing.server import RecordingServer, TestServer, serve

__all__ = ["RecordingServer", "TestServer", "serve"]

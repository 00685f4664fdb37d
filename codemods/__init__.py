"""Rewrites of AssemblyAI Streaming v2 code into v3: facts first, then rules. Knows nothing of files or terminals."""

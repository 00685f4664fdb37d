"""The reference Streaming v3 runtime: client, audio sources, recordings, replay server. Knows nothing of migration."""

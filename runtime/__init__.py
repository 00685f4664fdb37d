"""The reference Streaming v3 runtime: client, audio sources, recordings, replay server. Knows nothing of migration."""

from __future__ import annotations

import logging

# Whoever uses the package decides whether to see its log; without this, warnings would go to the terminal.
logging.getLogger(__name__).addHandler(logging.NullHandler())

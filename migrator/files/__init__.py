"""Which files a run looks at."""

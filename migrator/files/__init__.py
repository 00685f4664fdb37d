"""Which files a run looks at, and what git knows about them."""

"""The steps of a run, each loaded when it comes to it; `migrator.run` tells in which order."""

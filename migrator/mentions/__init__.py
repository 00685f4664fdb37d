"""Files that are no Python modules: nothing in them is migrated, but each place that speaks v2 is named (V3M8xx)."""

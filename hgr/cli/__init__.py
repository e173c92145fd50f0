"""The `hgr` command: one verb a file."""

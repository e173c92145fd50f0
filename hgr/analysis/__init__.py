"""Analysis of stored similarities, level by level."""

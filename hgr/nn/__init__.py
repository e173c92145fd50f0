"""Neural building blocks that several systems share."""

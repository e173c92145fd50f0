"""Generated videos: the embedded default data set, with known role graphs."""

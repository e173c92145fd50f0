"""Reading video files and turning frames into features."""

"""The report: one HTML file that shows a ranking per level and per query, offline."""

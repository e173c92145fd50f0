"""Runs that produce the numbers in the documentation: configs, a runner for seeds, tables."""

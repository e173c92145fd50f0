"""Searching and explaining with a trained run."""

"""Readers of published checkpoints and annotation folders."""

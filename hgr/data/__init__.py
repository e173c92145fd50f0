"""Captions, videos, splits, features and how they are batched."""

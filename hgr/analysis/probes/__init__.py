"""Altered captions made from role graphs, and what a model's levels make of them."""

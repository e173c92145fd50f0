"""Predicates to role graphs to tensors."""

from graphs.build import build_role_graph
from graphs.levels import ACTION, ENTITY, EVENT, LEVELS
from graphs.role_graph import NOUN, Edge, Node, RoleGraph, RoleGraphError, check_role_graph

__all__ = [
    "ACTION",
    "ENTITY",
    "EVENT",
    "LEVELS",
    "NOUN",
    "Edge",
    "Node",
    "RoleGraph",
    "RoleGraphError",
    "build_role_graph",
    "check_role_graph",
]

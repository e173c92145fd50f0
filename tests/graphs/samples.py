"""Hand-made graphs that several tests share."""

from graphs import Edge, Node, RoleGraph
from graphs.role_graph import event_node


def make_graph(
    text: str, nodes: list[tuple[str, tuple[int, ...]]], edges: list[tuple[int, int, str]]
) -> RoleGraph:
    """A graph from (level, tokens) pairs and (source, target, role) triples; the event is added."""
    words = tuple(text.split())
    made = [Node(level, tokens, " ".join(words[i] for i in tokens)) for level, tokens in nodes]
    return RoleGraph(words, (event_node(words), *made), tuple(Edge(*edge) for edge in edges))


KICK = make_graph(
    "a boy kicks the ball into the goal and celebrates",
    [("action", (2,)), ("action", (9,)), ("entity", (0, 1)), ("entity", (3, 4)), ("entity", (5, 6, 7))],
    [(0, 1, ""), (0, 2, ""), (1, 3, "ARG0"), (1, 4, "ARG1"), (1, 5, "ARG2"), (2, 3, "ARG0")],
)
"""Two actions that share their agent."""

FALL = make_graph(
    "a man makes a boy fall in a red barn",
    [("action", (2,)), ("action", (5,)), ("entity", (0, 1)), ("entity", (3, 4)), ("entity", (7, 8, 9))],
    [(0, 1, ""), (0, 2, ""), (1, 3, "ARG0"), (1, 4, "ARG2"), (1, 2, "ARG1"), (2, 4, "ARG1"), (0, 5, "NOUN")],
)
"""An action as an argument, an entity with two roles, a free entity."""

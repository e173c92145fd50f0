"""Concepts of captions."""

from __future__ import annotations

import pytest

from graphs.concepts import ConceptIndex, concept_vocabulary, concept_words, stem
from graphs.levels import ACTION, ENTITY
from graphs.role_graph import Edge, Node, RoleGraph, event_node


def caption(text: str, action: tuple[int, ...], entities: tuple[tuple[int, ...], ...]) -> RoleGraph:
    words = tuple(text.split())
    nodes = [event_node(words), Node(ACTION, action, " ".join(words[i] for i in action))]
    nodes += [Node(ENTITY, tokens, " ".join(words[i] for i in tokens)) for tokens in entities]
    edges = (Edge(0, 1, ""), *(Edge(1, 2 + k, "ARG1") for k in range(len(entities))))
    return RoleGraph(words, tuple(nodes), edges)


FEEDING = caption("A man feeding two Dogs in the park", (2,), ((0, 1), (3, 4), (5, 6, 7)))
FEEDS = caption("a man feeds a dog", (2,), ((0, 1), (3, 4)))
RELATIVE = caption("a man who runs laughs", (4,), ((0, 1, 2, 3),))


@pytest.mark.parametrize(
    "forms",
    [
        ("make", "makes", "making"),
        ("run", "runs", "running"),
        ("carry", "carries", "carried"),
        ("push", "pushes", "pushed", "pushing"),
        ("dog", "dogs"),
        ("dance", "dances", "dancing", "danced"),
        ("play", "plays", "played", "playing"),
        ("see", "sees", "seeing"),
        ("box", "boxes"),
        ("glass", "glasses"),
        ("horse", "horses"),
        ("drive", "drives", "driving"),
        ("juggle", "juggles", "juggling", "juggled"),
        ("celebrate", "celebrating", "celebrated"),
        ("open", "opens", "opening", "opened"),
        ("eat", "eats", "eating"),
        ("show", "shows", "showing", "showed"),
        ("feed", "feeds", "feeding"),
        ("roll", "rolls", "rolling", "rolled"),
        ("exercise", "exercising"),
        ("change", "changing"),
        ("potato", "potatoes"),
    ],
)
def test_forms_of_one_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


def test_short_words_and_other_words_stay_apart() -> None:
    assert [stem(word) for word in ("ring", "king", "bus", "red", "bed")] == [
        "ring",
        "king",
        "bus",
        "red",
        "bed",
    ]
    assert len({stem(word) for word in ("car", "cat", "care", "cook", "cup", "horse", "house")}) == 7


def test_concept_words_leave_function_words_out() -> None:
    assert concept_words(FEEDING) == {ACTION: ("feeding",), ENTITY: ("man", "dogs", "park")}


def test_words_of_an_action_are_no_entity() -> None:
    inner = RoleGraph(
        RELATIVE.words,
        (*RELATIVE.nodes, Node(ACTION, (3,), "runs")),
        (*RELATIVE.edges, Edge(0, 3, "")),
    )
    assert concept_words(inner) == {ACTION: ("laughs", "runs"), ENTITY: ("man",)}


def test_vocabulary_counts_stems_and_names_them_by_their_commonest_form() -> None:
    vocabulary = concept_vocabulary([FEEDING, FEEDS, FEEDS], {ACTION: 5, ENTITY: 2})
    assert vocabulary == {ACTION: ("feeds",), ENTITY: ("man", "dog")}


def test_index_finds_other_forms() -> None:
    index = ConceptIndex(("man", "feed", "feeds"))
    assert index(("feeding", "tree", "man")) == {0, 1}

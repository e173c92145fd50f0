from __future__ import annotations

import pytest
import torch

from graphs.role_graph import Edge, Node, RoleGraph
from hgr.metrics.relevance import (
    bag_of_words,
    meteor_like,
    parts_of_speech,
    role_graph_overlap,
    set_overlap,
    synsets,
)
from parsing.parsed_caption import Token


def tagged(text: str) -> list[Token]:
    return [
        Token(word, lemma=word.rstrip("s"), upos=tag) for word, tag in (p.split("/") for p in text.split())
    ]


def triple(agent: str, action: str, patient: str) -> RoleGraph:
    words = (agent, action, patient)
    nodes = (
        Node("event", (0, 1, 2), " ".join(words)),
        Node("action", (1,), action),
        Node("entity", (0,), agent),
        Node("entity", (2,), patient),
    )
    return RoleGraph(words, nodes, (Edge(0, 1, ""), Edge(1, 2, "ARG0"), Edge(1, 3, "ARG1")))


@pytest.mark.parametrize("seed", range(5))
def test_set_overlap_equals_loops(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    sets = [
        {"abcdefg"[i] for i in torch.randint(0, 7, (int(n),), generator=generator)}
        for n in torch.randint(0, 6, (12,), generator=generator)
    ]
    found = set_overlap(sets[:5], sets[5:])
    for i, a in enumerate(sets[:5]):
        for j, b in enumerate(sets[5:]):
            assert found[i, j].item() == pytest.approx(len(a & b) / len(a | b) if a | b else 0.0)


def test_bag_of_words() -> None:
    found = bag_of_words(["a man cuts a carrot", "A dog"], ["a man peels a carrot", "a", "dog"], {"a"})
    assert found.tolist() == [[0.5, 0.0, 0.0], [0.0, 0.0, 0.5]]


def test_parts_of_speech_and_their_published_edges() -> None:
    full, no_verb, neither = tagged("man/NOUN cuts/VERB carrot/NOUN"), tagged("man/NOUN"), tagged("the/DET")
    found = parts_of_speech([full, no_verb, neither], [full, no_verb, neither])
    assert found.diag().tolist() == [1.0, 0.5, 0.0]
    assert found[0, 1].item() == pytest.approx(0.25)


def test_synsets_join_synonyms() -> None:
    lookup = {("cut", "VERB"): ("slice.v.1",), ("slice", "VERB"): ("slice.v.1",)}
    a, b = tagged("man/NOUN cuts/VERB"), tagged("man/NOUN slice/VERB")
    assert synsets([a], [b], lookup).item() == 1.0
    assert synsets([a], [b], {}).item() == 0.5


def test_meteor_like() -> None:
    same, other = "the cat sat on the mat", "on the mat sat the cat"
    found = meteor_like([same], [same, other, "dogs run"])
    assert found[0, 0].item() == pytest.approx(1 - 0.5 / 6**3)
    assert found[0, 2].item() == 0.0
    assert 0 < found[0, 1].item() < found[0, 0].item()
    assert (
        meteor_like(["a man"], ["a guy"], {"man": {"guy"}}).item() > meteor_like(["a man"], ["a guy"]).item()
    )
    assert (
        meteor_like(["a man runs far"], ["a man"]).item() != meteor_like(["a man"], ["a man runs far"]).item()
    )


def test_role_graph_overlap_sees_who_did_what() -> None:
    own, swapped, other = (
        triple("dog", "bites", "man"),
        triple("man", "bites", "dog"),
        triple("cat", "eats", "fish"),
    )
    found = role_graph_overlap([own], [own, swapped, other])
    assert found.tolist()[0] == pytest.approx([1.0, 2 / 3, 0.0])
    empty = RoleGraph(("hm",), (Node("event", (0,), "hm"),), ())
    assert role_graph_overlap([empty], [empty, own]).tolist() == [[0.0, 0.0]]

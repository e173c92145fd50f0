"""Captions: grammar, truth of the roles, equal wording of siblings."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from graphs.role_graph import check_role_graph
from hgr.scenes.captions import DOUBLE, SINGLE, Wording, describe, describe_paragraph, draw_wordings
from hgr.scenes.vocabulary import ACTIONS
from hgr.scenes.world import Event
from tests.hgr.scenes.small import one_event, two_events

PLAIN = Wording(("active", "active"), "and then", "plain", True, True, False, 1)


def _roles(caption) -> dict[str, str]:  # noqa: ANN001
    words = caption.graph.words
    return {
        argument.role: " ".join(words[t] for t in argument.tokens)
        for argument in caption.parsed.predicates[0].arguments
    }


def test_active_and_passive_say_the_same_roles() -> None:
    active = describe(one_event(), PLAIN)
    passive = describe(one_event(), replace(PLAIN, styles=("passive", "passive")))
    one, two = _roles(active), _roles(passive)
    assert one["ARG0"].split()[1:] == two["ARG0"].split()[2:] and two["ARG0"].startswith("by a red")
    assert one["ARG1"] == two["ARG1"] and one["ARG1"].startswith("a blue")
    assert one["ARGM-LOC"] == two["ARGM-LOC"] and "right" in two["ARGM-DIR"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("style,opening", SINGLE)
def test_one_event_in_every_wording(action: str, style: str, opening: str) -> None:
    scene = one_event(action, "right" if ACTIONS[action].directed else "")
    wording = replace(PLAIN, styles=(style, style), opening=opening)
    caption = describe(scene, wording)
    check_role_graph(caption.graph)
    assert caption.graph.words == tuple(caption.text.split())
    said = [
        (argument.role, " ".join(caption.graph.words[t] for t in argument.tokens))
        for argument in caption.parsed.predicates[0].arguments
    ]
    assert [role for role, text in said if "red" in text] == ["ARG0"]
    assert [role for role, text in said if "blue" in text][0] in ("ARG1", ACTIONS[action].patient_role)
    assert len(caption.graph.positions("action")) == 1
    assert " a o" not in caption.text and " on on " not in caption.text


@pytest.mark.parametrize("style,connector,opening", DOUBLE)
def test_two_events_in_every_wording(style: str, connector: str, opening: str) -> None:
    wording = replace(PLAIN, styles=(style, style), connector=connector, opening=opening)
    caption = describe(two_events(), wording)
    check_role_graph(caption.graph)
    assert len(caption.graph.positions("action")) == 2
    words = caption.text.split()
    reversed_text = connector == "after"
    first, second = (words.index(c) for c in ("red", "orange"))
    assert (first > second) == reversed_text
    assert "an orange" in caption.text and words.count("blue") == 2 and "the blue" in caption.text
    if connector in ("before", "after"):
        pairs = {
            (caption.graph.nodes[e.source].level, caption.graph.nodes[e.target].level)
            for e in caption.graph.edges
        }
        assert ("action", "action") in pairs
    else:
        assert "and then" in caption.text


def test_a_shared_agent_is_one_node() -> None:
    scene = two_events()
    same = replace(scene, events=(scene.events[0], replace(scene.events[1], agent=0, patient=2)))
    caption = describe(same, PLAIN)
    agents = [edge.target for edge in caption.graph.edges if edge.role == "ARG0"]
    assert len(agents) == 2 and len(set(agents)) == 1 and caption.text.split().count("red") == 1


def test_wordings_differ_and_required_things_are_named() -> None:
    rng = np.random.default_rng(0)
    for scene in (one_event(), two_events()):
        for _ in range(20):
            wordings = draw_wordings(scene, 3, (0.0, 0.0, 0.0), (True, True, True), rng)
            texts = [describe(scene, wording).text for wording in wordings]
            assert len(set(texts)) == 3
            assert all("right" in text and ("snow" in text or scene.place == "grass") for text in texts)
            for a, b in itertools.combinations(wordings, 2):
                assert (a.styles[0], a.connector, a.opening) != (b.styles[0], b.connector, b.opening)


def test_siblings_share_all_other_words() -> None:
    scene = one_event()
    recolored = replace(scene, things=(replace(scene.things[0], color="pink"), *scene.things[1:]))
    one, two = describe(scene, PLAIN).text.split(), describe(recolored, PLAIN).text.split()
    assert [(a, b) for a, b in zip(one, two, strict=True) if a != b] == [("red", "pink")]


def test_paragraph_sentences_are_parts_of_the_whole() -> None:
    scene = two_events()
    scene = replace(scene, events=(*scene.events, Event("hit", 0, 2, "left", 0.0, 1.0)))
    whole, sentences = describe_paragraph(
        scene, [PLAIN, PLAIN, replace(PLAIN, styles=("passive", "passive"))]
    )
    check_role_graph(whole.graph)
    assert whole.text == " . ".join(s.text for s in sentences) + " ."
    assert [len(s.graph.positions("action")) for s in sentences] == [1, 1, 1]
    for sentence in sentences:
        check_role_graph(sentence.graph)
    assert sentences[2].text.startswith("the orange") and "the red" in _roles(sentences[2])["ARG0"]

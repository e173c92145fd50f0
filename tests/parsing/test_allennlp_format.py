import json

import pytest

from graphs import build_role_graph, check_role_graph
from parsing import Argument, ParsedCaption, ParseFailure, Predicate, Token
from parsing.allennlp_format import from_allennlp, read_allennlp, to_allennlp, write_allennlp
from parsing.json_lines import FormatError
from tests.parsing.test_records import FEEDS

EGG = "a egg has been broken and dropped into the cup"
EGG_OUTPUT = {
    "verbs": [
        {"verb": "has", "description": "", "tags": ["O", "O", "B-V", *["O"] * 7]},
        {"verb": "broken", "description": "", "tags": ["B-ARG1", "I-ARG1", "O", "O", "B-V", *["O"] * 5]},
        {
            "verb": "dropped",
            "description": "",
            "tags": ["B-ARG1", "I-ARG1", *["O"] * 4, "B-V", "B-ARG4", "I-ARG4", "I-ARG4"],
        },
    ],
    "words": EGG.split(),
}


def test_a_published_output_becomes_predicates_and_a_graph():
    parsed = from_allennlp(EGG, EGG_OUTPUT)
    assert [predicate.lemma for predicate in parsed.predicates] == ["has", "broken", "dropped"]
    assert parsed.predicates[2].arguments == (Argument("ARG1", (0, 1)), Argument("ARG4", (7, 8, 9)))
    graph = build_role_graph(parsed)
    check_role_graph(graph)
    assert [node.text for node in graph.nodes[1:]] == ["has", "broken", "dropped", "a egg", "into the cup"]
    again = to_allennlp(parsed)
    assert [verb["tags"] for verb in again["verbs"]] == [verb["tags"] for verb in EGG_OUTPUT["verbs"]]


def test_gaps_become_continuations_and_come_back():
    tokens = tuple(Token(word) for word in ["he", "picks", "the", "ball", "up", "quickly", "today"])
    verb = Predicate(
        (1, 4), "picks up", (Argument("ARG0", (0,)), Argument("ARG1", (2, 3)), Argument("ARGM-MNR", (5,)))
    )
    parsed = ParsedCaption("he picks the ball up quickly today", tokens, (verb,))
    output = to_allennlp(parsed)
    assert output["verbs"][0]["tags"] == ["B-ARG0", "B-V", "B-ARG1", "I-ARG1", "B-C-V", "B-ARGM-MNR", "O"]
    assert output["verbs"][0]["description"] == (
        "[ARG0: he] [V: picks] [ARG1: the ball] [C-V: up] [ARGM-MNR: quickly] today"
    )
    assert from_allennlp(parsed.text, output) == parsed


def test_what_the_format_cannot_hold_is_lost_and_nothing_else():
    (predicate,) = from_allennlp(FEEDS.text, to_allennlp(FEEDS)).predicates
    assert predicate == Predicate((2,), "feeds", (Argument("ARG0", (0, 1)), Argument("ARG2", (3, 4))))
    overlapping = ParsedCaption(
        "a b c",
        tuple(map(Token, "abc")),
        (Predicate((0,), "a", (Argument("ARG0", (1, 2)), Argument("ARG1", (2,)))),),
    )
    assert to_allennlp(overlapping)["verbs"][0]["tags"] == ["B-V", "B-ARG0", "I-ARG0"]


def test_published_reading_rules():
    words = ["a", "b", "c", "d"]
    output = {
        "words": words,
        "verbs": [{"tags": ["I-ARG0", "I-V", "I-R-ARG1", "I-ARG1"]}, {"tags": ["O"] * 4}],
    }
    (predicate,) = from_allennlp("a b c d", output).predicates
    assert predicate.arguments == (Argument("ARG0", (0,)), Argument("R-ARG1", (2,)), Argument("ARG1", (3,)))


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ([], "words and verbs"),
        (
            [{"1": {"role": "V", "spans": [0], "words": ["a"]}}, []],
            "a role graph as in HGR's sent2rolegraph.json.* --format hgr",
        ),
        ({"words": ["a", "b"], "verbs": []}, "2 words spelling 'ab', expected 'a'"),
        ({"words": [1], "verbs": []}, "words must be strings"),
        ({"words": ["a"], "verbs": [{}]}, "verb 0 has no list of tags"),
        ({"words": ["a"], "verbs": [{"tags": ["O", "O"]}]}, "verb 0 has 2 tags for 1 words"),
    ],
)
def test_a_bad_output_names_file_and_caption(output, message, tmp_path):
    path = tmp_path / "sent2srl.json"
    path.write_text(json.dumps({"a": output}))
    with pytest.raises(FormatError, match=f"sent2srl.json: caption 'a': .*{message}"):
        list(read_allennlp(path).results)


def test_both_kinds_of_files(tmp_path):
    path = tmp_path / "sent2srl.json"
    assert write_allennlp(path, [FEEDS, ParseFailure("x", "y"), FEEDS], {}) == 1
    assert [result.text for result in read_allennlp(path).results] == [FEEDS.text]
    lines = tmp_path / "output.jsonl"
    lines.write_text(json.dumps(EGG_OUTPUT) + "\n" + json.dumps(to_allennlp(FEEDS)) + "\n")
    assert [result.text for result in read_allennlp(lines).results] == [EGG, FEEDS.text]
    lines.write_text(json.dumps(EGG_OUTPUT))
    assert [result.text for result in read_allennlp(lines).results] == [EGG]
    lines.write_text("{no")
    with pytest.raises(FormatError, match="not JSON"):
        read_allennlp(lines)

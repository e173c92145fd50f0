"""The builtin parser end to end, and spaCy pipelines of users."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from parsing import ParsedCaption, ParseFailure, ParserError, load_parser
from parsing.predicates import Labeller
from parsing.rules import RuleLabeller
from parsing.spacy_parser import SpacyParser, files_digest

DATA = Path(__file__).parent / "data" / "captions_labelled.json"


@pytest.fixture(scope="module")
def parser() -> SpacyParser:
    found = load_parser("builtin")
    assert isinstance(found, SpacyParser)
    return found


def parse(parser: SpacyParser, text: str) -> ParsedCaption:
    (result,) = parser.parse([text])
    assert isinstance(result, ParsedCaption)
    return result


def roles(parsed: ParsedCaption) -> dict[str, dict[str, str]]:
    return {
        p.lemma: {" ".join(parsed.words[i] for i in a.tokens): a.role for a in p.arguments}
        for p in parsed.predicates
    }


def test_a_caption(parser: SpacyParser):
    found = roles(parse(parser, "a man is playing a guitar on the stage"))
    assert found == {"play": {"a man": "ARG0", "a guitar": "ARG1", "on the stage": "ARGM-LOC"}}


def test_third_person_verbs_that_look_like_nouns(parser: SpacyParser):
    for text, lemma in (
        ("a man talks about a car", "talk"),
        ("a baby laughs", "laugh"),
        ("a band performs a song", "perform"),
    ):
        assert lemma in roles(parse(parser, text))


def test_passive_with_agent(parser: SpacyParser):
    found = roles(parse(parser, "a cartoon character is being chased by a monster"))
    assert found == {"chase": {"a cartoon character": "ARG1", "by a monster": "ARG0"}}


def test_shared_agent(parser: SpacyParser):
    found = roles(parse(parser, "a boy kicks the ball into the goal and celebrates with his teammates"))
    assert found["kick"]["a boy"] == "ARG0"
    assert found["celebrate"]["a boy"] == "ARG0"


def test_particle(parser: SpacyParser):
    assert "pick up" in roles(parse(parser, "a woman picks up a box"))


def test_caption_without_a_verb_gives_entities(parser: SpacyParser):
    parsed = parse(parser, "a clip of a tv show")
    assert parsed.predicates == ()
    assert parsed.noun_phrases


@pytest.mark.parametrize(
    "text",
    ["word", "a " * 400 + "dog", "\U0001f600 \U0001f600 runs", "איש רץ ברחוב", "cafe\u0301 opens", "nul\x00byte falls",
     "tab\tand\r\nlines run", "!!! ... ???", "\u200b zero\u200bwidth"],
)  # fmt: skip
def test_odd_text_keeps_its_words(parser: SpacyParser, text: str):
    parsed = parse(parser, text)
    assert parsed.words == tuple(text.split())
    for predicate in parsed.predicates:
        for argument in predicate.arguments:
            assert all(0 <= i < len(parsed.tokens) for i in argument.tokens)


@pytest.mark.parametrize("text", ["", "   ", "\t\r\n"])
def test_text_without_words(parser: SpacyParser, text: str):
    assert parse(parser, text) == ParsedCaption(text, ())


def test_order_and_batches_do_not_matter(parser: SpacyParser):
    texts = [c["text"] for c in json.loads(DATA.read_text(encoding="utf-8"))[:30]] + [""]
    whole = list(parser.parse(texts))
    assert [r.text for r in whole] == texts
    again = list(parser.parse(texts, batch_size=7))
    assert [r.predicates for r in again if isinstance(r, ParsedCaption)] == [
        r.predicates for r in whole if isinstance(r, ParsedCaption)
    ]


def test_one_sentence_even_with_a_full_stop(parser: SpacyParser):
    parsed = parse(parser, "a man runs . a dog barks .")
    assert sum(token.head < 0 for token in parsed.tokens) == 1


def test_a_bad_caption_fails_alone(parser: SpacyParser):
    class Picky:
        version = "picky"

        def arguments(self, tree, predicates):
            if tree.tokens[0].text == "bad":
                raise RuntimeError("no")
            return RuleLabeller().arguments(tree, predicates)

    labeller: Labeller = Picky()
    picky = SpacyParser(parser.nlp, "picky", "1", labeller)
    results = list(picky.parse(["a man runs", "bad dog barks", "a cat sleeps"]))
    assert [type(r) for r in results] == [ParsedCaption, ParseFailure, ParsedCaption]
    assert isinstance(results[1], ParseFailure)
    assert "no" in results[1].reason


def test_version_holds_a_digest_of_the_files(tmp_path: Path, parser: SpacyParser):
    (tmp_path / "a").write_text("1")
    first = files_digest(tmp_path, [tmp_path / "a"])
    (tmp_path / "a").write_text("2")
    assert files_digest(tmp_path, [tmp_path / "a"]) != first
    assert parser.version == load_parser("builtin").version
    assert "spacy-" in parser.version


def test_a_users_pipeline_with_clearnlp_labels(tmp_path: Path):
    import spacy
    from spacy.tokens import Doc
    from spacy.training import Example

    nlp = spacy.blank("en")
    component = nlp.add_pipe("parser", config={"min_action_freq": 1})
    words = ["he", "sits", "on", "chairs"]
    doc = Doc(nlp.vocab, words=words, heads=[1, 1, 1, 2], deps=["nsubj", "ROOT", "prep", "pobj"])
    nlp.initialize(lambda: [Example(Doc(nlp.vocab, words=words), doc)] * 5)
    assert "pobj" in component.labels  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "model")
    parser = load_parser(f"spacy:{tmp_path / 'model'}")
    (result,) = parser.parse(["he sits on chairs"])
    assert isinstance(result, ParsedCaption)
    assert not {"prep", "pobj"} & {token.deprel for token in result.tokens}


def test_missing_pipeline_says_what_to_run():
    with pytest.raises(ParserError, match="python -m spacy download en_not_there"):
        load_parser("spacy:en_not_there")


def test_pipeline_without_a_parser_is_refused(tmp_path: Path):
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ParserError, match="no parser"):
        load_parser(f"spacy:{tmp_path / 'blank'}")


def test_labelled_captions_keep_their_quality(parser: SpacyParser):
    from parsing.training.scoring import caption_scores

    captions = [c for c in json.loads(DATA.read_text(encoding="utf-8")) if c["part"] == "open"]
    parses = [p for p in parser.parse([c["text"] for c in captions]) if isinstance(p, ParsedCaption)]
    score = caption_scores(captions, parses)
    assert score.predicates.f1 > 91
    assert score.arguments.f1 > 78


def test_importing_the_rules_loads_no_heavy_package():
    heavy = "{'spacy', 'torch', 'stanza'}"
    code = f"import sys, parsing.predicates, parsing.relations; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A man plays guitar, and a woman sings.", {"play": ["A man", "guitar,"], "sing": ["a woman"]}),
        ("the dog isn't barking!", {"bark": ["the dog", "isn't"]}),
    ],
)
def test_attached_punctuation_and_contractions_do_no_harm(text, expected):
    (parsed,) = load_parser("builtin").parse([text])
    assert parsed.words == tuple(text.split()) and len(parsed.tokens) == len(parsed.words)
    found = {
        p.lemma: [" ".join(parsed.words[i] for i in a.tokens) for a in p.arguments] for p in parsed.predicates
    }
    assert found == expected

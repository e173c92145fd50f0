import random

from parsing import Argument, ParsedCaption, ParseFailure, Predicate, Token
from parsing.check import position_problem, problem_of, record_problem, refusal_of, tree_problem
from tests.parsing.parse_samples import sample_results
from tests.parsing.toy_parser import toy_parse


def test_a_good_parse_has_no_problem():
    assert problem_of(toy_parse("a man feeds a dog"), "a man feeds a dog") is None
    assert problem_of(toy_parse(""), "") is None


def test_a_cycle_in_the_tree_is_found():
    assert tree_problem([1, 2, 0]) == "the tree has a cycle through tokens [0, 1, 2]"
    assert tree_problem([0]) == "the tree has a cycle through tokens [0]"
    assert tree_problem([-1, 0, 3, 2]) == "the tree has a cycle through tokens [2, 3]"
    assert tree_problem([-1, -1, 0]) is None
    assert tree_problem([5]) == "token 0 has head 5, expected -1 to 0"


def test_cycles_against_a_plain_walk():
    generator = random.Random(3)
    for _ in range(300):
        heads = [generator.randint(-1, 5) for _ in range(6)]
        bad = False
        for start in range(6):
            node, steps = start, 0
            while node != -1 and steps <= 6:
                node, steps = heads[node], steps + 1
            bad |= node != -1
        assert (tree_problem(heads) is not None) == bad


def test_every_kind_of_wrong_answer_is_named():
    text = "a b c"
    tokens = tuple(Token(word) for word in text.split())
    assert "another caption" in problem_of(ParsedCaption("x", tokens), text)
    assert "2 tokens, the caption has 3 words" in problem_of(ParsedCaption(text, tokens[:2]), text)
    assert "token 1 is 'X'" in problem_of(ParsedCaption(text, (tokens[0], Token("X"), tokens[2])), text)
    for bad in ((), (2, 1), (1, 1), (3,), (-1, 0)):
        assert "a predicate of 'v'" in problem_of(ParsedCaption(text, tokens, (Predicate(bad, "v"),)), text)
        argument = Predicate((0,), "v", (Argument("ARG0", bad),))
        assert "argument ARG0 of 'v'" in problem_of(ParsedCaption(text, tokens, (argument,)), text)
        assert "noun phrase" in problem_of(ParsedCaption(text, tokens, (), (bad,)), text)
    for head in (-2, 3):
        expected = f"of 'v' has head {head}, expected -1 to 2"
        assert expected in problem_of(ParsedCaption(text, tokens, (Predicate((0,), "v", (), head),)), text)
        argument = Predicate((0,), "v", (Argument("ARG0", (1,), head),))
        assert f"argument ARG0 {expected}" in problem_of(ParsedCaption(text, tokens, (argument,)), text)


def test_a_stored_parse_may_have_finer_words_but_they_spell_the_caption():
    finer = ParsedCaption("he doesn't", (Token("he"), Token("does"), Token("n't")))
    assert record_problem(finer) is None and problem_of(finer, finer.text) is not None
    assert record_problem(ParsedCaption(finer.text, finer.tokens[:2])) == (
        "2 words spelling 'hedoes', expected \"hedoesn't\""
    )
    assert record_problem(ParsedCaption("a", (Token("a", head=0),))) == (
        "the tree has a cycle through tokens [0]"
    )
    for result in sample_results():
        assert isinstance(result, ParseFailure) or record_problem(result) is None


def test_positions_are_checked_against_the_words_that_are_there():
    tokens = (Token("a"), Token("b", head=33))
    assert position_problem(ParsedCaption("a b", tokens)) == "token 1 has head 33, expected -1 to 1"
    assert position_problem(ParsedCaption("a", tokens[:1], (), ((0,), (1,)))) == (
        "a noun phrase has tokens (1,) in a caption of 1 word"
    )


def test_texts_that_no_parser_should_see():
    assert refusal_of("a man") is None
    assert refusal_of("a" * 10_000) is None
    assert "100001 characters" in refusal_of("a" * 100_001)
    assert "6000 words" in refusal_of("a " * 6000)
    assert "lone surrogate at character 2" in refusal_of("a \udc80")

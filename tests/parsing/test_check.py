import random

from parsing import Argument, ParsedCaption, Predicate, Token
from parsing.check import problem_of, refusal_of, tree_problem
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


def test_texts_that_no_parser_should_see():
    assert refusal_of("a man") is None
    assert refusal_of("a" * 10_000) is None
    assert "100001 characters" in refusal_of("a" * 100_001)
    assert "6000 words" in refusal_of("a " * 6000)
    assert "lone surrogate at character 2" in refusal_of("a \udc80")

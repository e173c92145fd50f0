import pytest

from parsing import ParsedCaption, ParseFailure
from parsing.guard import batches, parse_safely
from tests.parsing.toy_parser import ToyParser, toy_parse


def test_good_captions_pass_through_in_order():
    texts = ["a man feeds a dog", "", "a boy kicks a ball", "a man feeds a dog"]
    assert parse_safely(ToyParser(), texts) == [toy_parse(text) for text in texts]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("please RAISE", "RuntimeError: cannot parse 'please RAISE'"),
        ("please FAIL", "told to fail"),
        ("please OTHER", "another caption"),
        ("please SWALLOW", "0 results for 1 captions"),
        ("\ud800 x", "lone surrogate"),
        ("x" * 100_001, "100001 characters"),
    ],
)
def test_a_bad_caption_fails_alone(bad, reason):
    texts = ["a man feeds a dog", bad, "a boy kicks a ball"]
    results = parse_safely(ToyParser(), texts)
    assert [results[0], results[2]] == [toy_parse(texts[0]), toy_parse(texts[2])]
    assert isinstance(results[1], ParseFailure) and results[1].text == bad
    assert reason in results[1].reason


@pytest.mark.parametrize("text", ["", "   ", "\t\r\n", "\u00a0\u2003"])
def test_texts_without_words_never_reach_the_backend(text):
    parser = ToyParser()
    assert parse_safely(parser, [text]) == [ParsedCaption(text, ())]
    assert parser.seen == []


@pytest.mark.parametrize(
    "text",
    [
        "dog",
        "x" * 10_000,
        "😀 👩‍👩‍👧 runs",
        "כלב runs عربي",
        "e\u0301e\u0301 a\u0308\u0323",
        "nul \x00 inside",
        "tabs\tand\r\nnew lines",
        "replaced \ufffd byte",
    ],
)
def test_odd_texts_are_parsed_as_they_are(text):
    (result,) = parse_safely(ToyParser(), [text])
    assert isinstance(result, ParsedCaption)
    assert result.text == text and result.words == tuple(text.split())


def test_batches():
    assert list(batches(iter(range(5)), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batches([], 2)) == []

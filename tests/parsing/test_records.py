import json

import pytest

from parsing import Argument, ParsedCaption, ParseFailure, Predicate, Token
from parsing.records import RecordError, decode, encode, from_object, to_object

FEEDS = ParsedCaption(
    "a man feeds a dog",
    (
        Token("a", "a", "DET", "DT", "Definite=Ind", 1, "det"),
        Token("man", "man", "NOUN", "NN", "Number=Sing", 2, "nsubj"),
        Token("feeds", "feed", "VERB", "VBZ", "", -1, "root"),
        Token("a", "a", "DET", "DT", "", 4, "det"),
        Token("dog", "dog", "NOUN", "NN", "", 2, "obj"),
    ),
    (Predicate((2,), "feed", (Argument("ARG0", (0, 1), 1), Argument("ARG2", (3, 4), 4)), 2),),
    ((0, 1), (3, 4)),
)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (FEEDS, "ok"),
        (ParsedCaption("", ()), "empty"),
        (ParsedCaption(" \t", ()), "empty"),
        (ParseFailure("x", "no"), "failed"),
        (ParseFailure("\ud800", "lone"), "failed"),
        (ParsedCaption("é\u0301 😀 של", (Token("é\u0301"), Token("😀"), Token("של"))), "ok"),
    ],
)
def test_a_result_comes_back_equal(result, status):
    record = encode(result)
    assert (record.text, record.status) == (result.text, status)
    assert decode(record.payload) == result
    assert encode(decode(record.payload)) == record
    record.payload.encode("utf-8")


def test_the_object_is_readable():
    value = to_object(FEEDS)
    assert value["words"] == ["a", "man", "feeds", "a", "dog"]
    assert value["heads"] == [1, 2, -1, 4, 2]
    assert value["predicates"][0]["arguments"][0] == {"role": "ARG0", "tokens": [0, 1], "head": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": 3}, "string 'text'"),
        ({"heads": [1, 2, -1, 4]}, "different lengths"),
        ({"heads": [1, 2, -1, 4, 33]}, "token 4 has head 33, expected -1 to 4"),
        ({"noun_phrases": [[3, 5]]}, r"tokens \(3, 5\) in a caption of 5 words"),
        ({"text": "a man"}, "5 words spelling 'amanfeedsadog', expected 'aman'"),
        ({"heads": [1, 2, -1, 4, "2"]}, "'heads' must hold only int"),
        ({"heads": [1, 2, -1, 4, True]}, "'heads' must hold only int"),
        ({"predicates": {}}, "expected a list"),
        ({"predicates": [{"tokens": [1]}]}, "expected tokens, head, lemma, arguments"),
        ({"noun_phrases": [["a"]]}, "list of word positions"),
        ({"more": 1}, r"unknown keys \['more'\]"),
        ({"failure": "x"}, "exactly the keys"),
    ],
)
def test_a_wrong_object_names_the_key(change, message):
    value = json.loads(encode(FEEDS).payload) | change
    with pytest.raises(RecordError, match=message):
        from_object(value)


def test_missing_keys_are_named():
    value = to_object(FEEDS)
    del value["upos"]
    with pytest.raises(RecordError, match=r"missing keys \['upos'\]"):
        from_object(value)
    with pytest.raises(RecordError, match="not JSON"):
        decode("{")
    with pytest.raises(RecordError, match="not JSON"):
        decode("[" * 100_000)

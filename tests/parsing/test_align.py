import pytest

from parsing import Token
from parsing.align import is_unspaced, onto_words, words_match


def test_words_are_those_of_split_or_finer_where_nobody_writes_blanks():
    assert words_match(["a", "dog."], "a  dog.")
    assert not words_match(["a", "dog", "."], "a dog.")
    assert words_match(["男人", "在", "喂", "狗"], "男人在喂狗")
    assert words_match(["男人", "喂", "狗"], "男人 喂狗")
    assert not words_match(["男人", "喂"], "男人喂狗")
    assert not words_match(["男人", "", "喂狗"], "男人喂狗")
    assert is_unspaced("ひと") and is_unspaced("a 狗") and not is_unspaced("é של 😀")


def test_tokens_of_one_word_become_one_with_the_topmost_in_charge():
    tokens = [
        Token("he", "he", "PRON", "", "", 3, "nsubj"),
        Token("do", "do", "AUX", "", "", 3, "aux"),
        Token("n't", "not", "PART", "", "", 3, "advmod"),
        Token("run", "run", "VERB", "", "", -1, "root"),
        Token(".", ".", "PUNCT", "", "", 3, "punct"),
    ]
    merged = onto_words(tokens, "he don't run.")
    assert [(t.text, t.lemma, t.head) for t in merged] == [
        ("he", "he", 2),
        ("don't", "do", 2),
        ("run.", "run", -1),
    ]


def test_a_chain_inside_a_word_takes_the_head_outside():
    tokens = [Token("x", head=1), Token("y", head=2), Token("z", head=-1)]
    assert [t.head for t in onto_words(tokens, "xy z")] == [1, -1]
    assert [t.head for t in onto_words(tokens, "x yz")] == [1, -1]


@pytest.mark.parametrize(
    ("forms", "text", "message"),
    [
        (["a", "cat"], "a dog", "token 1 is 'cat', the caption goes on with 'dog'"),
        (["a"], "a dog", "tokens end before the caption's word 'a'|end before"),
        (["a", "do"], "a dog", "end before the caption's word 'dog'"),
        (["a", "dog", "."], "a dog", "goes on with the end"),
        (["adog"], "a dog", "token 0 is 'adog'"),
        (["a", "", "dog"], "a dog", "token 1 is ''"),
    ],
)
def test_tokens_that_do_not_spell_the_caption_are_an_error(forms, text, message):
    with pytest.raises(ValueError, match=message):
        onto_words([Token(form) for form in forms], text)

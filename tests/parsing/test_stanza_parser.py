import sys
from types import SimpleNamespace

import pytest

from graphs import build_role_graph, check_role_graph
from parsing import ParsedCaption, ParseFailure, ParserError, load_parser

TREES = {
    ("a", "man", "pushes", "dogs", "."): [
        ("a", "a", "DET", "DT", 2, "det"),
        ("man", "man", "NOUN", "NN", 3, "nsubj"),
        ("pushes", "push", "VERB", "VBZ", 0, "root"),
        ("dogs", "dog", "NOUN", "NNS", 3, "obj"),
        (".", ".", "PUNCT", ".", 3, "punct"),
    ],
    ("girls", "sing"): [
        ("girls", "girl", "NOUN", "NNS", 2, "nsubj"),
        ("sing", "sing", "VERB", "VBP", 0, "root"),
    ],
    ("bad", "tree"): [("bad", "bad", "ADJ", "JJ", 2, "amod"), ("tree", "tree", "NOUN", "NN", 1, "dep")],
    "男人喂狗": [
        ("男人", "男人", "NOUN", None, 2, "nsubj"),
        ("喂", "喂", "VERB", None, 0, "root"),
        ("狗", "狗", "NOUN", None, 2, "obj"),
    ],
}


class FakePipeline:
    """Answers as stanza does: a document of sentences of words, heads from 1."""

    made: list[dict] = []

    def __init__(self, language, **options):
        self.made.append({"language": language, **options})
        if language == "xx":
            raise FileNotFoundError("resources.json is not there")
        self.processors = {}

    def __call__(self, given):
        keys = [given] if isinstance(given, str) else [tuple(words) for words in given]
        names = ("text", "lemma", "upos", "xpos", "head", "deprel")
        sentences = [
            SimpleNamespace(
                words=[
                    SimpleNamespace(feats=None, **dict(zip(names, row, strict=True))) for row in TREES[key]
                ]
            )
            for key in keys
        ]
        return SimpleNamespace(sentences=sentences)


@pytest.fixture
def stanza(monkeypatch):
    FakePipeline.made.clear()
    fake = SimpleNamespace(Pipeline=FakePipeline, __version__="9.9")
    monkeypatch.setitem(sys.modules, "stanza", fake)
    return fake


def test_captions_are_given_as_their_own_words_and_nothing_is_downloaded(stanza):
    parser = load_parser("stanza:en")
    assert parser.name == "stanza:en" and parser.version.startswith("stanza 9.9, models sha256:")
    assert FakePipeline.made[0]["tokenize_pretokenized"] and FakePipeline.made[0]["download_method"] is None
    pushes, empty, bad, sing = parser.parse(["a man pushes dogs.", " ", "bad tree", "girls sing"])
    assert pushes.words == ("a", "man", "pushes", "dogs.")
    assert [(a.role, a.tokens) for a in pushes.predicates[0].arguments] == [("ARG0", (0, 1)), ("ARG1", (3,))]
    assert empty == ParsedCaption(" ", ())
    assert isinstance(bad, ParseFailure) and "cycle" in bad.reason
    assert sing.predicates[0].lemma == "sing"
    check_role_graph(build_role_graph(pushes))


def test_chinese_without_blanks_gets_its_words_from_stanza(stanza):
    (parsed,) = load_parser("stanza:zh").parse(["男人喂狗"])
    assert [options["tokenize_pretokenized"] for options in FakePipeline.made] == [True, False]
    assert parsed.words == ("男人", "喂", "狗")
    assert [(a.role, a.tokens) for a in parsed.predicates[0].arguments] == [("ARG0", (0,)), ("ARG1", (2,))]


def test_a_missing_model_says_what_to_run(stanza):
    with pytest.raises(ParserError, match=r"stanza:xx: no models .resources.json.*stanza.download\('xx'\)"):
        load_parser("stanza:xx")


def test_the_real_stanza_without_models_says_what_to_run(monkeypatch, tmp_path):
    pytest.importorskip("stanza")
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(tmp_path))
    with pytest.raises(ParserError, match="stanza.download"):
        load_parser("stanza:tlh")


def test_without_stanza_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "stanza", None)
    with pytest.raises(ParserError, match="pip install stanza"):
        load_parser("stanza:en")

import pytest

spacy = pytest.importorskip("spacy")

from graphs import check_role_graph  # noqa: E402
from graphs.spacy_component import COLORS  # noqa: E402

WORDS = ["A", "man", "picks", "a", "ball", "up", "."]
HEADS = [1, 2, 2, 4, 2, 2, 2]
POS = ["DET", "NOUN", "VERB", "DET", "NOUN", "ADP", "PUNCT"]
UD = ["det", "nsubj", "root", "det", "obj", "compound:prt", "punct"]
CLEARNLP = ["det", "nsubj", "ROOT", "det", "dobj", "prt", "punct"]


def tree(nlp, labels):
    lemmas = ["a", "man", "pick", "a", "ball", "up", "."]
    return spacy.tokens.Doc(
        nlp.vocab, words=WORDS, heads=HEADS, deps=labels, pos=POS, lemmas=lemmas, tags=["X"] * 7
    )


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("role_graph")
    return nlp


@pytest.mark.parametrize("labels", [UD, CLEARNLP])
def test_a_doc_gets_its_graph_and_spans(nlp, labels):
    doc = nlp.get_pipe("role_graph")(tree(nlp, labels))
    graph = doc._.role_graph
    check_role_graph(graph)
    assert graph.words == tuple(WORDS)
    assert [(node.level, node.text) for node in graph.nodes[1:]] == [
        ("action", "picks up"), ("entity", "A man"), ("entity", "a ball"),
    ]  # fmt: skip
    assert [(span.label_, span.text) for span in doc.spans["roles"]] == [
        ("V", "picks"), ("V", "up"), ("ARG0", "A man"), ("ARG1", "a ball"),
    ]  # fmt: skip


def test_displacy_draws_the_spans(nlp):
    doc = nlp.get_pipe("role_graph")(tree(nlp, UD))
    html = spacy.displacy.render(
        doc, style="span", options={"spans_key": "roles", "colors": COLORS}, jupyter=False
    )
    assert "ARG0" in html and COLORS["ARG1"] in html


def test_graphs_survive_serialization(nlp):
    doc = nlp.get_pipe("role_graph")(tree(nlp, UD))
    packed = spacy.tokens.DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (back,) = spacy.tokens.DocBin().from_bytes(packed).get_docs(nlp.vocab)
    assert back._.role_graph == doc._.role_graph
    assert [span.label_ for span in back.spans["roles"]] == [span.label_ for span in doc.spans["roles"]]


def test_a_doc_without_a_tree_is_an_error_and_an_empty_one_is_not(nlp):
    with pytest.raises(ValueError, match="needs a dependency tree"):
        nlp("a man runs")
    assert nlp("")._.role_graph.words == ()
    assert nlp.make_doc("a man")._.role_graph is None


def test_the_component_follows_the_builtin_pipeline():
    from parsing.spacy_parser import MODELS

    if not (MODELS / "pipeline").is_dir():
        pytest.skip("no builtin pipeline in this checkout")
    nlp = spacy.load(MODELS / "pipeline")
    nlp.add_pipe("role_graph", config={"spans_key": "srl"})
    doc = nlp("A man pushes a dog.")
    assert doc._.role_graph.nodes[1].text == "pushes"
    assert ("ARG1", "a dog") in {(span.label_, span.text) for span in doc.spans["srl"]}


def test_trees_are_repaired_as_by_the_parser(nlp):
    doc = spacy.tokens.Doc(
        nlp.vocab, words=["a", "phone", "rings"], heads=[2, 2, 2], deps=["det", "compound", "root"],
        pos=["DET", "NOUN", "NOUN"], tags=["DT", "NN", "NNS"], lemmas=["a", "phone", "ring"],
    )  # fmt: skip
    graph = nlp.get_pipe("role_graph")(doc)._.role_graph
    assert [(node.level, node.text) for node in graph.nodes[1:]] == [
        ("action", "rings"),
        ("entity", "a phone"),
    ]

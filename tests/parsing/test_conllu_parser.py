import pytest

from graphs import build_role_graph, check_role_graph
from parsing import ParsedCaption, ParseFailure, ParserError, load_parser

TREES = """# sent_id = 1
# text = A man pushes a dog.
1\tA\ta\tDET\tDT\t_\t2\tdet\t_\t_
2\tman\tman\tNOUN\tNN\tNumber=Sing\t3\tnsubj\t_\t_
3\tpushes\tpush\tVERB\tVBZ\t_\t0\troot\t_\t_
4\ta\ta\tDET\tDT\t_\t5\tdet\t_\t_
5\tdog\tdog\tNOUN\tNN\t_\t3\tobj\t_\tSpaceAfter=No
6\t.\t.\tPUNCT\t.\t_\t3\tpunct\t_\t_

1\tgirls\tgirl\tNOUN\tNNS\t_\t2\tnsubj\t_\t_
2\tsing\tsing\tVERB\tVBP\t_\t0\troot\t_\t_

# text = 男人在公园里喂狗
1\t男人\t男人\tNOUN\t_\t_\t5\tnsubj\t_\t_
2\t在\t在\tADP\t_\t_\t3\tcase\t_\t_
3\t公园\t公园\tNOUN\t_\t_\t5\tobl\t_\t_
4\t里\t里\tADP\t_\t_\t3\tcase:loc\t_\t_
5\t喂\t喂\tVERB\t_\t_\t0\troot\t_\t_
6\t狗\t狗\tNOUN\t_\t_\t5\tobj\t_\t_

# text = round and round
1\tround\tround\tADV\t_\t_\t3\tadvmod\t_\t_
2\tand\tand\tCCONJ\t_\t_\t1\tcc\t_\t_
3\tround\tround\tADV\t_\t_\t1\tconj\t_\t_
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "trees.conllu"
    path.write_text(TREES)
    return path


def roles(parsed: ParsedCaption) -> dict[str, str]:
    words = parsed.words
    return {a.role: " ".join(words[i] for i in a.tokens) for p in parsed.predicates for a in p.arguments}


def test_captions_are_found_by_text_and_by_words(path):
    parser = load_parser(f"conllu:{path}")
    assert parser.name == f"conllu:{path}"
    texts = ["A man pushes a dog.", "A man pushes a dog .", "girls  sing", "", "unknown"]
    by_text, by_words, plain, empty, missing = parser.parse(texts)
    assert by_text.words == ("A", "man", "pushes", "a", "dog.")
    assert roles(by_text) == {"ARG0": "A man", "ARG1": "a dog."}
    assert len(by_words.tokens) == 6 and by_words.text == texts[1]
    assert roles(plain) == {"ARG0": "girls"}
    assert empty == ParsedCaption("", ())
    assert missing == ParseFailure(
        "unknown", "no tree in trees.conllu: no sentence has this text or these words"
    )
    for parsed in (by_text, by_words, plain):
        check_role_graph(build_role_graph(parsed))


def test_a_chinese_tree_gives_a_role_graph(path):
    (parsed,) = load_parser(f"conllu:{path}").parse(["男人在公园里喂狗"])
    assert parsed.words == ("男人", "在", "公园", "里", "喂", "狗")
    found = roles(parsed)
    assert found["ARG0"] == "男人" and found["ARG1"] == "狗" and "公园" in found["ARGM-LOC"]
    check_role_graph(build_role_graph(parsed))


def test_a_cycle_in_the_tree_is_a_failure_of_its_caption(path):
    good, bad = load_parser(f"conllu:{path}").parse(["girls sing", "round and round"])
    assert isinstance(good, ParsedCaption)
    assert isinstance(bad, ParseFailure) and "trees.conllu:21" in bad.reason and "cycle" in bad.reason


def test_the_version_names_the_content(path):
    before = load_parser(f"conllu:{path}").version
    assert before == load_parser(f"conllu:{path}").version
    path.write_text(TREES.replace("dog", "cat"))
    assert load_parser(f"conllu:{path}").version != before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no sentence in the file"),
        (b"hello\n", "no CoNLL-U file .*1 columns"),
        (b"1\t\xff\n", "not UTF-8"),
    ],
)
def test_a_file_that_is_none_is_an_error(content, message, tmp_path):
    (tmp_path / "x.conllu").write_bytes(content)
    with pytest.raises(ParserError, match=message):
        load_parser(f"conllu:{tmp_path / 'x.conllu'}")
    with pytest.raises(ParserError, match="no such file"):
        load_parser(f"conllu:{tmp_path / 'y.conllu'}")

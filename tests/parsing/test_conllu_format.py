import pytest

from parsing.conllu_format import blocks, read_conllu, tokens_of, write_conllu
from parsing.json_lines import FormatError
from tests.parsing.test_records import FEEDS


def test_the_file_reads_as_documented(tmp_path):
    path = tmp_path / "a.conllu"
    write_conllu(path, [FEEDS], {"parser": "toy"})
    lines = path.read_text().split("\n")
    assert lines[0].startswith(
        "# global.columns = ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC HGR:PRED"
    )
    assert lines[1] == '# hgr_parses = {"version":1,"parser":"toy"}'
    assert lines[2] == "# text = a man feeds a dog"
    assert lines[3] == "# hgr_noun_phrases = 1-2 4-5"
    assert lines[6].split("\t") == [
        "3", "feeds", "feed", "VERB", "VBZ", "_", "0", "root", "_", "_", "1:feed", "3:3", "ARG0:2|ARG2:5", "1-2|4-5",
    ]  # fmt: skip
    assert len(lines[4].split("\t")) == 14


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\t1-2|4-5", "", "3 has 13 columns, expected 14"),
        ("\t1-2|4-5", "\t1-2", "shorter"),
        ("\t1-2|4-5", "\tx|4-5", "invalid literal"),
        ("3\tfeeds", "5\tfeeds", "word id '5', expected 3"),
        ("\t0\troot", "\tx\troot", "word 3 has head 'x'"),
        ("3\tfeeds\t", "3 feeds ", "word id '4', expected 3"),
    ],
)
def test_a_damaged_file_names_line_and_sentence(old, new, message, tmp_path):
    path = tmp_path / "a.conllu"
    write_conllu(path, [FEEDS], {})
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new))
    with pytest.raises(FormatError, match=rf"a.conllu:\d+: .*{message}"):
        list(read_conllu(path).results)


def test_a_plain_conllu_file_says_how_to_use_it(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text("# text = a\n1\ta\ta\tDET\t_\t_\t0\troot\t_\t_\n\n")
    with pytest.raises(FormatError, match="is a parser: conllu:"):
        read_conllu(path)


def test_any_conllu_sentence_is_split_into_comments_and_words(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_bytes(
        b"# sent_id = 1\n# text = dogs don't = run\n"
        b"1\tdogs\t_\tNOUN\t_\t_\t2\tnsubj\t_\t_\n2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_\n"
        b"2\tdo\tdo\tAUX\t_\t_\t0\troot\t_\t_\r\n2.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n\n\n1\ta\t_\t_\t_\t_\t_\t_\t_\t_"
    )
    (_, comments, rows), (start, _, last) = blocks(path)
    assert comments == {"sent_id": "1", "text": "dogs don't = run"}
    assert [token.text for token in tokens_of(rows)] == ["dogs", "do"]
    assert [token.head for token in tokens_of(rows)] == [1, -1]
    assert start == 9 and [token.text for token in tokens_of(last)] == ["a"]


def test_invalid_utf8_names_the_line(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_bytes(b"# text = a\n1\t\xff\n")
    with pytest.raises(FormatError, match=r"a.conllu:2: not UTF-8"):
        list(blocks(path))

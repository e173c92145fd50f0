import hashlib
import re

import pytest

from parsing import ParsedCaption, ParseFailure
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
    digest = hashlib.sha256("\n".join(lines[2:]).encode()).hexdigest()
    assert lines[1] == f'# hgr_parses = {{"version":1,"parser":"toy","records":1,"digest":"{digest}"}}'
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
        ("\t0\troot", "\t33\troot", "word 3 has head 33, expected 0 to 5"),
        ("\t0\troot", "\t1\troot", "the tree has a cycle"),
        ("1-2 4-5", "1-2 4-6", "span '4-6', expected words from 1 to 5"),
        ("1-2 4-5", "1-2 0", "span '0', expected words from 1 to 5"),
        ("1-2 4-5", "1-2 5-4", "span '5-4', expected words from 1 to 5"),
        ("1-2 4-5", "1-9999999999", "span '1-9999999999', expected words from 1 to 5"),
        ("1-2 4-5", "4-5,1-2", "noun phrase has tokens"),
        ("\t3:3\t", "\t6:3\t", "head 6, expected 0 to 5"),
        ("ARG2:5", "ARG2:-1", "head -1, expected 0 to 5"),
        ("\t1:feed\t3:3\tARG0:2|ARG2:5\t1-2|4-5", "\t1:a;1:b\t3:3;3:3\t_;_\t_;_", "predicate 1, .* already"),
        ("# text = a man", "# text = the man", "'# text' is not that of the 5 words below"),
        ("# text = a man feeds a dog\n", "", "no '# text'"),
        ("1-2 4-5", "1-2 4-5\n# hgr_text = 5", "expected a JSON string"),
        ("1-2 4-5", '1-2 4-5\n# hgr_text = "a man"', "5 words spelling 'amanfeedsadog', expected 'aman'"),
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


RESULTS = [FEEDS, ParsedCaption("", ()), ParseFailure("x", "why"), FEEDS]


def test_a_file_cut_anywhere_is_an_error(tmp_path):
    path = tmp_path / "a.conllu"
    write_conllu(path, RESULTS, {})
    content = path.read_bytes()
    assert list(read_conllu(path).results) == RESULTS
    for end in range(len(content) - 3):  # the last three are an empty column and line ends
        path.write_bytes(content[:end])
        with pytest.raises(FormatError):
            list(read_conllu(path).results)


def test_a_changed_file_is_an_error_and_one_without_number_and_digest_is_read(tmp_path):
    path = tmp_path / "a.conllu"
    write_conllu(path, RESULTS, {"parser": "toy"})
    content = path.read_text()
    path.write_text(content.replace("\tfeed\t", "\tfed\t"))
    with pytest.raises(FormatError, match="do not match the digest"):
        list(read_conllu(path).results)
    path.write_text(content.rpartition("# text")[0])
    with pytest.raises(FormatError, match="3 records, the header promises 4: the file is cut"):
        list(read_conllu(path).results)
    older = re.sub(r',"records":.*}', "}", content)
    assert '{"version":1,"parser":"toy"}\n' in older
    path.write_text(older)
    assert list(read_conllu(path).results) == RESULTS


def test_a_cut_file_without_number_and_digest_is_noticed_within_a_sentence(tmp_path):
    path = tmp_path / "a.conllu"
    write_conllu(path, [FEEDS], {})
    older = re.sub(r',"records":.*}', "}", path.read_text())
    for end in (older.index("man feeds"), older.index("2\tman"), older.index("5\tdog")):
        path.write_text(older[:end])
        with pytest.raises(FormatError, match="a.conllu:1: sentence 'a"):
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

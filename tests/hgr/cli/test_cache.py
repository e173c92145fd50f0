import json

import pytest

from graphs.formats import read_role_graphs, write_role_graphs
from hgr.cli.main import run
from parsing.cache import ParseCache
from tests.graphs.samples import make_graph
from tests.parsing.toy_parser import ToyParser

TEXTS = ["man feeds dog", "boy kicks ball", "x FAIL", ""]


@pytest.fixture
def cache(tmp_path):
    path = tmp_path / "a.db"
    with ParseCache.open(path) as opened:
        opened.fill(TEXTS, ToyParser())
    return path


def out(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def test_stats(cache, capsys):
    assert run(["cache", "stats", str(cache)]) == 0
    shown = capsys.readouterr().out
    assert " bytes, 1 parser\n" in shown and "toy@1: 1 empty, 1 failed, 2 ok" in shown
    assert run(["cache", "stats", str(cache), "--json"]) == 0
    assert out(capsys)["parsers"][0]["counts"] == {"empty": 1, "failed": 1, "ok": 2}


def test_verify_and_repair(cache, capsys):
    assert run(["cache", "verify", str(cache)]) == 0
    with ParseCache.open(cache) as opened:
        opened.connection.execute("UPDATE parses SET digest = zeroblob(32) WHERE text = 'man feeds dog'")
    assert run(["cache", "verify", str(cache)]) == 3
    assert "'man feeds dog': the content does not match its digest" in capsys.readouterr().out
    assert run(["cache", "verify", str(cache), "--repair"]) == 0
    capsys.readouterr()
    assert run(["cache", "verify", str(cache), "--json"]) == 0
    assert out(capsys) == {
        "cache": str(cache), "sound": True, "rows": 3, "damaged": [], "problems": [], "removed": 0,
    }  # fmt: skip


@pytest.mark.parametrize("suffix", ["jsonl", "conllu", "parquet"])
def test_export_import_export(suffix, cache, tmp_path):
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    first, second, other = tmp_path / f"1.{suffix}", tmp_path / f"2.{suffix}", tmp_path / "b.db"
    assert run(["cache", "export", str(cache), str(first)]) == 0
    assert run(["cache", "import", str(other), str(first)]) == 0
    assert run(["cache", "export", str(other), str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("format", ["hgr", "graphs"])
def test_role_graphs_go_out_and_come_in(format, cache, tmp_path):
    file, other = tmp_path / "graphs.json", tmp_path / "b.db"
    assert run(["cache", "export", str(cache), str(file), "--format", format]) == 0
    assert (
        run(
            [
                "cache",
                "import",
                str(other),
                str(file),
                "--format",
                format,
                "--parser",
                "bert",
                "--version",
                "2019",
            ]
        )
        == 0
    )
    graphs = read_role_graphs(file)
    assert sorted(graphs) == sorted(TEXTS)
    back = read_role_graphs(other, "bert")
    for text in TEXTS:
        assert [node.text for node in back[text].nodes] == [node.text for node in graphs[text].nodes]
        assert sorted(edge.role for edge in back[text].edges) == sorted(
            edge.role for edge in graphs[text].edges
        )


def damaged_file(cache, path):
    """A file of parses whose last caption has a head outside of it, without a digest that would tell."""
    run(["cache", "export", str(cache), str(path)])
    lines = path.read_text().replace('"heads":[1,-1,1]', '"heads":[1,-1,33]').splitlines()
    path.write_text("\n".join(['{"schema":"hgr.parses","version":1,"parser":"new"}', *lines[1:]]) + "\n")
    return str(path)


def test_a_failed_import_leaves_no_cache_and_no_parser(cache, tmp_path, capsys):
    file, other = damaged_file(cache, tmp_path / "a.jsonl"), tmp_path / "b.db"
    before = sorted(tmp_path.iterdir())
    for target in (other, cache):
        capsys.readouterr()
        assert run(["cache", "import", str(target), file]) == 3
        assert (
            capsys.readouterr().err
            == f"hgr cache: {file}:3: caption 'boy kicks ball': token 2 has head 33, expected -1 to 2\n"
        )
    assert sorted(tmp_path.iterdir()) == before
    with ParseCache.open(cache) as opened:
        assert [entry.name for entry in opened.parsers()] == ["toy"]


def test_a_cut_conllu_file_is_not_imported(cache, tmp_path, capsys):
    file = tmp_path / "a.conllu"
    assert run(["cache", "export", str(cache), str(file)]) == 0
    file.write_bytes(file.read_bytes()[:-60])
    assert run(["cache", "import", str(tmp_path / "b.db"), str(file)]) == 3
    assert not (tmp_path / "b.db").exists()


def test_graphs_whose_words_are_not_the_captions_are_not_imported(tmp_path, capsys):
    file, other = tmp_path / "graphs.jsonl", tmp_path / "b.db"
    record = {"text": "a dog", "words": ["a", "cat"], "nodes": [["event", [0, 1]]], "edges": []}
    file.write_text('{"schema":"hgr.role_graphs","version":1}\n' + json.dumps(record) + "\n")
    assert run(["cache", "import", str(other), str(file), "--format", "graphs"]) == 3
    assert "caption 'a dog': 2 words spelling 'acat', expected 'adog'" in capsys.readouterr().err
    assert not other.exists()


def test_merge_and_gc(cache, tmp_path, capsys):
    other = tmp_path / "b.db"
    with ParseCache.open(other) as opened:
        opened.fill(["girl sings"], ToyParser(version="2"))
    assert run(["cache", "merge", str(cache), str(other)]) == 0
    assert f"1 caption of toy@2 from {other}" in capsys.readouterr().out
    assert run(["cache", "gc", str(cache), "--failures", "--json"]) == 0
    assert out(capsys)["removed"] == 1
    assert run(["cache", "gc", str(cache), "--json"]) == 0
    assert out(capsys)["removed"] == 3
    assert run(["cache", "gc", str(cache), "--parser", "none"]) == 3


class Different(ToyParser):
    def parse(self, texts, batch_size=256):
        from dataclasses import replace

        for parsed in super().parse(texts, batch_size):
            if getattr(parsed, "predicates", ()) and "ball" in parsed.text:
                (predicate,) = parsed.predicates
                arguments = tuple(
                    replace(a, role="ARG2") if a.role == "ARG1" else a for a in predicate.arguments
                )
                parsed = replace(parsed, predicates=(replace(predicate, arguments=arguments),))
            yield parsed


def test_diff_between_parsers_of_one_cache_and_between_files(cache, tmp_path, capsys):
    with ParseCache.open(cache) as opened:
        opened.fill([*TEXTS, "girl sings"], Different(name="other"))
    assert run(["cache", "diff", f"{cache}::toy", "other"]) == 0
    shown = capsys.readouterr().out
    assert "3 graphs equal, 1 different\n  1 caption: role changed\n1 caption only on the right\n" in shown
    assert "boy kicks ball\n    role changed: kicks -> ball: ARG1 -> ARG2" in shown
    run(["cache", "export", str(cache), str(tmp_path / "g.jsonl"), "--format", "graphs", "--parser", "toy"])
    capsys.readouterr()
    assert run(["cache", "diff", str(tmp_path / "g.jsonl"), f"{cache}::other", "--json"]) == 0
    found = out(capsys)
    assert (
        found["same"] == 3 and found["kinds"] == {"role changed": 1} and found["only_right"] == ["girl sings"]
    )


def test_graphs_in_the_published_view_are_equal_to_those_of_their_cache(tmp_path, capsys):
    graph = make_graph(
        "man watches girl crying",
        [("action", (1,)), ("action", (3,)), ("entity", (0,)), ("entity", (2,))],
        [(0, 1, ""), (0, 2, ""), (1, 3, "ARG0"), (1, 2, "ARG1"), (2, 4, "ARG0")],
    )
    file, cache, published = tmp_path / "g.jsonl", tmp_path / "a.db", tmp_path / "h.json"
    write_role_graphs(file, [(" ".join(graph.words), graph)])
    assert run(["cache", "import", str(cache), str(file), "--format", "graphs"]) == 0
    assert run(["cache", "export", str(cache), str(published), "--format", "hgr"]) == 0
    for left, right in ((cache, published), (published, cache), (file, published)):
        capsys.readouterr()
        assert run(["cache", "diff", str(left), str(right)]) == 0
        assert capsys.readouterr().out == "1 graph equal, 0 different\n"


def test_a_file_that_is_not_there_is_named(cache, tmp_path, capsys):
    missing, graphs = str(tmp_path / "no.jsonl"), tmp_path / "g.jsonl"
    assert run(["cache", "import", str(tmp_path / "b.db"), missing]) == 3
    assert capsys.readouterr().err == f"hgr cache: {missing}: no such file or directory\n"
    assert not (tmp_path / "b.db").exists()
    assert run(["cache", "diff", missing, str(cache)]) == 3
    assert capsys.readouterr().err == f"hgr cache: {missing}: no such file or directory\n"
    assert run(["cache", "diff", str(cache), missing]) == 3
    said = capsys.readouterr().err
    assert f"{missing}: no such file, nor a parser's name" in said and "parsers here: toy@1" in said
    assert run(["cache", "export", str(cache), str(graphs), "--format", "graphs"]) == 0
    assert run(["cache", "diff", str(graphs), missing]) == 3
    assert capsys.readouterr().err == f"hgr cache: {missing}: no such file\n"
    assert run(["cache", "diff", str(cache), f"{graphs}::toy"]) == 3
    assert "no parse cache, expected one before ::toy" in capsys.readouterr().err


def test_a_file_of_another_format_says_which(cache, tmp_path, capsys):
    file = tmp_path / "h.json"
    assert run(["cache", "export", str(cache), str(file), "--format", "hgr"]) == 0
    assert run(["cache", "import", str(tmp_path / "b.db"), str(file)]) == 3
    assert "a role graph as in HGR's sent2rolegraph.json" in capsys.readouterr().err
    for verb in ("import", "export"):
        assert run(["cache", verb, str(cache), str(file), "--format", "foo"]) == 2
        assert "jsonl, conllu, parquet, allennlp, hgr, graphs" in " ".join(capsys.readouterr().err.split())


def test_an_export_makes_no_folder(cache, tmp_path, capsys):
    folder = tmp_path / "no"
    assert run(["cache", "export", str(cache), str(folder / "a.jsonl")]) == 3
    assert f"{folder / 'a.jsonl'}: no such folder: {folder}" in capsys.readouterr().err
    assert not folder.exists()


def test_errors_of_use_and_of_data(cache, tmp_path, capsys):
    assert run(["cache", "stats", str(tmp_path / "missing.db")]) == 3
    assert run(["cache", "export", str(cache), str(tmp_path / "a.xml")]) == 3
    assert run(["cache", "export", str(cache), str(tmp_path / "a.jsonl"), "--parser", "no"]) == 3
    assert "parsers here: toy@1" in capsys.readouterr().err
    (tmp_path / "photos.db").write_bytes(b"SQLite format 3\x00" + b"\x00" * 100)
    assert run(["cache", "verify", str(tmp_path / "photos.db")]) == 3
    assert "another program" in capsys.readouterr().err
    assert run(["cache", "shrink", str(cache)]) == 2

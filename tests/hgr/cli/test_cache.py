import json

import pytest

from graphs.formats import read_role_graphs
from hgr.cli.main import run
from parsing.cache import ParseCache
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
    assert "toy@1: 1 empty, 1 failed, 2 ok" in capsys.readouterr().out
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


def test_merge_and_gc(cache, tmp_path, capsys):
    other = tmp_path / "b.db"
    with ParseCache.open(other) as opened:
        opened.fill(["girl sings"], ToyParser(version="2"))
    assert run(["cache", "merge", str(cache), str(other)]) == 0
    assert f"1 captions of toy@2 from {other}" in capsys.readouterr().out
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
    assert "3 graphs are equal, 1 differ" in shown and "1 captions only on the right" in shown
    assert "boy kicks ball\n    role changed: kicks -> ball: ARG1 -> ARG2" in shown
    run(["cache", "export", str(cache), str(tmp_path / "g.jsonl"), "--format", "graphs", "--parser", "toy"])
    capsys.readouterr()
    assert run(["cache", "diff", str(tmp_path / "g.jsonl"), f"{cache}::other", "--json"]) == 0
    found = out(capsys)
    assert (
        found["same"] == 3 and found["kinds"] == {"role changed": 1} and found["only_right"] == ["girl sings"]
    )


def test_errors_of_use_and_of_data(cache, tmp_path, capsys):
    assert run(["cache", "stats", str(tmp_path / "missing.db")]) == 3
    assert run(["cache", "export", str(cache), str(tmp_path / "a.xml")]) == 3
    assert run(["cache", "export", str(cache), str(tmp_path / "a.jsonl"), "--parser", "no"]) == 3
    assert "parsers here: toy@1" in capsys.readouterr().err
    (tmp_path / "photos.db").write_bytes(b"SQLite format 3\x00" + b"\x00" * 100)
    assert run(["cache", "verify", str(tmp_path / "photos.db")]) == 3
    assert "another program" in capsys.readouterr().err
    assert run(["cache", "shrink", str(cache)]) == 2

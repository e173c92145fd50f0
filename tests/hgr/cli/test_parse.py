import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from graphs import check_role_graph
from graphs.formats import read_graph_header, read_role_graphs
from hgr.cli.main import run
from hgr.cli.parse import parse_captions
from hgr.errors import Interrupted
from parsing.cache import ParseCache
from parsing.cache_upkeep import verify
from tests.hgr.cli.conllu_trees import CAPTIONS, write_trees


@pytest.fixture
def parser(tmp_path):
    return write_trees(tmp_path / "trees.conllu")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    lines = [
        json.dumps({"id": str(i), "video": "v", "text": text})
        for i, text in enumerate([*CAPTIONS[:4], "girls sing"])
    ]
    (folder / "captions.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "videos.jsonl").write_text('{"id": "v"}\n')
    return folder


def test_a_folder_gets_its_cache_and_graphs_and_a_second_run_parses_nothing(folder, parser, capsys):
    arguments = ["parse", str(folder), "--parser", parser, "--processes", "1", "--json"]
    assert run(arguments) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["total"], first["parsed"], first["cached"], first["failed"]) == (5, 4, 1, 0)
    graphs = read_role_graphs(folder / "graphs.jsonl")
    assert list(graphs) == list(CAPTIONS[:4])
    for graph in graphs.values():
        check_role_graph(graph)
    assert [node.text for node in graphs["a man feeds a dog"].nodes[1:]] == ["feeds", "a man", "a dog"]
    assert read_graph_header(folder / "graphs.jsonl")["parser"] == parser
    assert read_role_graphs(folder / "parses.sqlite") == graphs
    assert run(arguments) == 0
    second = json.loads(capsys.readouterr().out)
    assert (second["parsed"], second["cached"], second["graphs_written"]) == (0, 5, 4)


def test_one_split_of_a_folder_goes_to_its_own_file(folder, parser, capsys):
    (folder / "captions.jsonl").write_text(
        "".join(json.dumps({"id": v, "video": v, "text": CAPTIONS[i]}) + "\n" for i, v in enumerate("ab"))
    )
    (folder / "videos.jsonl").write_text('{"id": "a"}\n{"id": "b"}\n')
    (folder / "splits").mkdir()
    (folder / "splits" / "train.txt").write_text("b\n")
    arguments = ["parse", str(folder), "--parser", parser, "--processes", "1"]
    assert run([*arguments, "--split", "train"]) == 0
    assert list(read_role_graphs(folder / "graphs.train.jsonl")) == [CAPTIONS[1]]
    assert not (folder / "graphs.jsonl").exists()
    assert run([*arguments, "--split", "val"]) == 3
    assert "no such split; there are: train" in capsys.readouterr().err


def test_failures_are_named_counted_and_leave_the_event_alone(tmp_path, parser, capsys):
    path = tmp_path / "captions.txt"
    path.write_bytes("\n".join([*CAPTIONS, "", "unknown words", "b\xff"]).encode("latin-1"))
    out = tmp_path / "graphs.json"
    arguments = [
        "parse",
        str(path),
        "--parser",
        parser,
        "--processes",
        "1",
        "--max-failures",
        "1",
        "--graphs",
        str(out),
    ]
    assert run([*arguments, "--stats"]) == 0
    shown = capsys.readouterr().out
    assert "8 captions: 8 parsed now, 0 known before or repeated, 3 failed, 1 without words" in shown
    assert "1 line not UTF-8, bad bytes replaced by U+FFFD: line 8" in shown
    assert "2 failed: no tree in trees.conllu" in shown and "cycle" in shown
    assert "HGR, VATEX" in shown and "share of ARG1" in shown
    assert len(read_role_graphs(out)["unknown words"].nodes) == 1
    assert run(arguments) == 0 and run(arguments) == 0
    assert "3 failures of earlier runs not tried again" in capsys.readouterr().out
    with ParseCache.open(tmp_path / "captions.txt.parses.sqlite") as cache:
        assert cache.connection.execute("SELECT max(attempts) FROM parses").fetchone() == (2,)


def test_the_exit_code_says_whose_fault_it_is(tmp_path, parser, capsys):
    path = tmp_path / "captions.txt"
    path.write_text("girls sing\n")
    assert run(["parse", str(tmp_path / "missing.txt"), "--parser", parser]) == 3
    assert run(["parse", str(path), "--parser", f"conllu:{tmp_path / 'no.conllu'}"]) == 3
    assert "no such file; write trees there" in capsys.readouterr().err
    assert run(["parse", str(path), "--parser", "nonsense"]) == 3
    assert run(["parse", str(path), "--processes", "0"]) == 2
    (tmp_path / "other.db").write_text("hello")
    assert run(["parse", str(path), "--parser", parser, "--cache", str(tmp_path / "other.db")]) == 3
    assert "no SQLite file" in capsys.readouterr().err


def test_too_many_failures_stop_the_run(tmp_path, parser, capsys):
    path = tmp_path / "captions.txt"
    path.write_text("\n".join(f"unknown {i}" for i in range(300)))
    assert run(["parse", str(path), "--parser", parser, "--processes", "1", "--batch-size", "50"]) == 3
    assert "stopped: 200 of 200 captions failed, more than 2.0%" in capsys.readouterr().err


def test_too_many_failures_of_a_few_captions_are_told_at_the_end(tmp_path, parser, capsys):
    path, graphs = tmp_path / "captions.txt", tmp_path / "graphs.jsonl"
    path.write_text("girls sing\nunknown 1\nunknown 2\n")
    arguments = ["parse", str(path), "--parser", parser, "--processes", "1", "--graphs", str(graphs)]
    assert run(arguments) == 3
    captured = capsys.readouterr()
    assert "3 captions: 3 parsed now" in captured.out and "3 role graphs in" in captured.out
    assert captured.err == "hgr parse: 2 of 3 captions parsed now failed, more than 2.0%\n"
    assert len(read_role_graphs(graphs)) == 3
    assert run([*arguments, "--max-failures", "1"]) == 0
    path.write_text("girls sing\n")
    assert run(arguments) == 0
    assert "1 caption: 0 parsed now" in capsys.readouterr().out


def test_ctrl_c_is_a_stop_that_can_be_resumed(tmp_path, parser, monkeypatch):
    path = tmp_path / "captions.txt"
    path.write_text("girls sing\n")

    def interrupted(self, texts, parser, **options):
        options["progress"](1)
        raise KeyboardInterrupt

    monkeypatch.setattr(ParseCache, "fill", interrupted)
    with pytest.raises(Interrupted, match="1 of 1 captions are in .*the same command goes on from there"):
        parse_captions(path, parser, processes=1)
    assert run(["parse", str(path), "--parser", parser, "--processes", "1"]) == 4


def test_no_progress_bar_without_a_terminal(folder, parser, capsys):
    assert run(["parse", str(folder), "--parser", parser, "--processes", "1"]) == 0
    captured = capsys.readouterr()
    assert captured.err == "" and "4 role graphs in" in captured.out


@pytest.mark.slow
def test_ctrl_c_ends_the_command_within_two_seconds_with_exit_code_4(tmp_path):
    trees = tmp_path / "many.conllu"
    texts = [f"man{i} sings" for i in range(60_000)]
    trees.write_text(
        "\n".join(
            f"# text = {text}\n1\t{text.split()[0]}\tman\tNOUN\t_\t_\t2\tnsubj\t_\t_\n"
            "2\tsings\tsing\tVERB\t_\t_\t0\troot\t_\t_\n"
            for text in texts
        )
    )
    (tmp_path / "captions.txt").write_text("\n".join(texts) + "\n")
    code = "from hgr.cli.main import main; main()"
    command = [
        sys.executable,
        "-c",
        code,
        "parse",
        "captions.txt",
        "--parser",
        f"conllu:{trees}",
        "--cache",
        "a.db",
    ]
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not _rows(tmp_path / "a.db"):
        time.sleep(0.05)
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 4
    assert time.monotonic() - start < 2
    assert "the same command goes on from there" in process.stderr.read()
    with ParseCache.open(tmp_path / "a.db") as cache:
        assert verify(cache).sound and 0 < verify(cache).rows < 60_000


def _rows(path) -> int:
    if not path.exists():
        return 0
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        try:
            return connection.execute("SELECT count(*) FROM parses").fetchone()[0]
        except sqlite3.OperationalError:
            return 0

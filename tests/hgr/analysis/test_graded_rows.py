from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from graphs.role_graph import Edge, Node, RoleGraph
from hgr.analysis.graded_option import graded_names, read_knowledge
from hgr.analysis.graded_rows import PROXIES, CaptionKnowledge, graded_rows
from hgr.analysis.level_analysis import analyze
from hgr.analysis.level_tables import to_markdown
from hgr.analysis.stored import SimilarityWriter, StoredSimilarity, TextRow
from hgr.cli.main import run
from hgr.data.classes import CLASSES_FILE, ActionClasses, Classes, write_classes
from hgr.errors import DataError
from hgr.metrics.class_relevance import graded_precision
from hgr.metrics.graded import average_precision, ndcg
from hgr.metrics.relevance import meteor_like
from parsing.formats import write_parses
from parsing.parsed_caption import ParsedCaption, Token
from tests.hgr.analysis.made_up import made_up

CAPTIONS = ("a man cuts bread", "the man slices bread", "a dog runs", "a dog sleeps")
TAGS = {"man": "NOUN", "bread": "NOUN", "dog": "NOUN", "cuts": "VERB", "slices": "VERB", "runs": "VERB"}
INDEX = """  1 This software and database is being provided to you
cut v 2 1 @ 2 2 01552519 01233156
slice v 1 1 @ 1 0 01552519
"""


def graph(verb: str, agent: str) -> RoleGraph:
    nodes = (
        Node("event", (0, 1), f"{agent} {verb}"),
        Node("action", (1,), verb),
        Node("entity", (0,), agent),
    )
    return RoleGraph((agent, verb), nodes, (Edge(0, 1, ""), Edge(1, 2, "ARG0")))


def stored() -> StoredSimilarity:
    """Every caption has its own video; the ranking has it first, then the others from the last."""
    texts = tuple(TextRow(f"t{i}", (f"v{i}",), text) for i, text in enumerate(CAPTIONS))
    scores = np.eye(4, dtype=np.float32) * 9 + np.arange(4, dtype=np.float32)
    return StoredSimilarity(texts, ("v0", "v1", "v2", "v3"), {"event": scores}, {}, "small")


def parsed(text: str) -> ParsedCaption:
    tokens = tuple(Token(w, w.rstrip("s"), TAGS.get(w, "DET")) for w in text.split())
    return ParsedCaption(text, tokens)


def knowledge(tmp_path: Path) -> CaptionKnowledge:
    (tmp_path / "index.verb").write_text(INDEX)
    (tmp_path / "index.noun").write_text("bread n 1 0 1 1 07679356\n")
    write_parses(tmp_path / "parses.jsonl", map(parsed, CAPTIONS))
    return read_knowledge(parses=tmp_path / "parses.jsonl", wordnet=tmp_path)


def test_rows_are_ndcg_and_map_of_the_proxy(tmp_path: Path) -> None:
    names = ("bag_of_words", "parts_of_speech", "synsets", "meteor_like")
    known = knowledge(tmp_path)
    assert graded_names(["all"], known) == list(names)
    rows = {row["relevance"]: row for row in graded_rows(stored(), "event", names, known)}
    scores = torch.from_numpy(stored().matrices["event"])
    words = [{"man", "cuts", "bread"}, {"man", "slices", "bread"}, {"dog", "runs"}, {"dog", "sleeps"}]
    overlap = torch.tensor([[len(a & b) / len(a | b) for b in words] for a in words])
    for direction, s, r in (
        ("text_to_video", scores, overlap),
        ("video_to_text", scores.T, overlap.T),
    ):
        assert rows["bag_of_words"][direction]["nDCG"] == pytest.approx(ndcg(s, r).mean().item())
        assert rows["bag_of_words"][direction]["mAP"] == pytest.approx(average_precision(s, r).mean().item())
    meteor = meteor_like(CAPTIONS, CAPTIONS).T.fill_diagonal_(1.0)
    assert rows["meteor_like"]["text_to_video"]["nDCG"] == pytest.approx(ndcg(scores, meteor).mean().item())
    pos, syn = (rows[name]["text_to_video"]["nDCG"] for name in ("parts_of_speech", "synsets"))
    assert pos != pytest.approx(syn)
    table = to_markdown(analyze(stored(), graded=names, knowledge=known))
    assert all(f"| {name} | 4 | text to video |" in table for name in names)


DOOR, ONION, WAIT = ActionClasses(3, frozenset({8})), ActionClasses(7, frozenset({16, 8})), ActionClasses(60)
KITCHEN = Classes(
    {"t1": DOOR, "t2": ONION, "t3": WAIT, "elsewhere": WAIT},
    {"v0": DOOR, "v1": DOOR, "v2": ONION, "v3": WAIT},
)
RELEVANCE = torch.tensor([[1, 1, 0.25, 0], [0.25, 0.25, 1, 0], [0, 0, 0, 0.5]])
"""Of the captions with classes and all videos."""


def kitchen() -> StoredSimilarity:
    """Clips 0 and 1 have one narration, for which t1 stands; clip 3 shows nothing."""
    narrations = ("open door", "open door", "cut onion at door", "wait")
    texts = tuple(TextRow(f"t{i}", (f"v{i}",), text) for i, text in enumerate(narrations))
    scores = np.random.default_rng(0).random((4, 4)).astype(np.float32)
    return StoredSimilarity(texts, ("v0", "v1", "v2", "v3"), {"event": scores}, {}, "small")


def test_classes_decide_alone_and_one_caption_stands_for_its_string() -> None:
    (row,) = graded_rows(kitchen(), "event", ["classes"], CaptionKnowledge(classes=KITCHEN))
    assert (row["relevance"], row["captions"]) == ("classes", 3)
    scores = torch.from_numpy(kitchen().matrices["event"][1:])
    for direction, s, r in (("text_to_video", scores, RELEVANCE), ("video_to_text", scores.T, RELEVANCE.T)):
        assert row[direction]["nDCG"] == pytest.approx(ndcg(s, r).nanmean().item())
        assert row[direction]["mAP"] == pytest.approx(graded_precision(s, r).nanmean().item())
        assert row[direction]["skipped"] == 0


def test_classes_of_a_run_come_from_its_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run" / "similarity" / "test"
    writer = SimilarityWriter(folder, kitchen().texts, kitchen().videos, ["event"])
    writer.add("event", kitchen().matrices["event"])
    writer.close()
    asked = ["analyze", str(tmp_path / "run"), "--graded", "classes"]
    assert run(asked) == 3
    assert "expected classes.jsonl in the folder of the run's data set" in capsys.readouterr().err
    config = f"name: x\ndata: {{folder: {tmp_path / 'data'}}}\nmodel: {{system: hgr}}\n"
    (tmp_path / "run" / "config.yaml").write_text(config)
    assert run(asked) == 3
    assert f"{tmp_path / 'data' / CLASSES_FILE}: no such file" in capsys.readouterr().err
    write_classes(tmp_path / "data" / CLASSES_FILE, KITCHEN)
    assert run(asked) == 0
    assert "| classes | 3 | video to text |" in capsys.readouterr().out
    known = CaptionKnowledge(classes=KITCHEN)
    assert graded_rows(
        StoredSimilarity.open(folder), "event", ["classes"], CaptionKnowledge()
    ) == graded_rows(kitchen(), "event", ["classes"], known)


def test_classes_of_matrices_from_elsewhere_lie_beside_their_ids(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "scores.npy", kitchen().matrices["event"])
    texts = [{"id": row.id, "video": row.videos[0], "text": row.text} for row in kitchen().texts]
    (tmp_path / "ids.json").write_text(json.dumps({"texts": texts, "videos": list(kitchen().videos)}))
    asked = ["analyze", "--similarity", str(tmp_path / "scores.npy"), "--ids", str(tmp_path / "ids.json")]
    assert run([*asked, "--graded", "classes"]) == 3
    assert "or beside the file of ids" in capsys.readouterr().err
    write_classes(tmp_path / CLASSES_FILE, KITCHEN)
    assert run([*asked, "--graded", "classes"]) == 0
    assert "| classes | 3 | text to video |" in capsys.readouterr().out


def test_missing_classes_are_named() -> None:
    for classes, message in (
        (Classes({"x": DOOR}, KITCHEN.videos), "no classes of any of the captions"),
        (Classes(KITCHEN.captions, {"v0": DOOR}), "no classes of 3 videos, e.g. 'v1'"),
    ):
        with pytest.raises(DataError, match=message):
            graded_rows(kitchen(), "event", ["classes"], CaptionKnowledge(classes=classes))


def test_role_graphs_by_default() -> None:
    made = made_up(num_texts=12, num_videos=6)
    graphs = {row.text: graph(f"verb{i % 3}", f"agent{i % 2}") for i, row in enumerate(made.texts)}
    (row,) = analyze(made, graphs=graphs)["graded"]
    assert row["relevance"] == "role_graph_overlap" and 0 < row["text_to_video"]["nDCG"] <= 1
    assert row["text_to_video"]["nDCG"] != pytest.approx(row["video_to_text"]["nDCG"])
    apart = {row.text: graph(f"verb{i}", f"agent{i}") for i, row in enumerate(made.texts)}
    plain = ndcg(made.matrices["event"], torch.from_numpy(made.relevant()).float()).mean().item()
    (alone,) = graded_rows(made, "event", ["role_graph_overlap"], CaptionKnowledge(graphs=apart))
    assert alone["text_to_video"]["nDCG"] == pytest.approx(plain)
    some = dict(list(graphs.items())[1:])
    assert "graded" not in analyze(made, graphs=some)
    with pytest.raises(DataError, match="--graphs lacks 1 captions"):
        analyze(made, graphs=some, graded=["role_graph_overlap"])


def test_many_pairs_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        PROXIES, "meteor_like", PROXIES["bag_of_words"].__class__(PROXIES["meteor_like"].apply, most_pairs=9)
    )
    (row,) = graded_rows(stored(), "event", ["meteor_like"], CaptionKnowledge())
    assert row["captions"] == 2


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    nothing = CaptionKnowledge()
    for name, message in (
        ("magic", "unknown graded relevance 'magic'"),
        ("parts_of_speech", "parts_of_speech needs --parses"),
        ("role_graph_overlap", "needs --graphs"),
    ):
        with pytest.raises(DataError, match=message):
            graded_rows(stored(), "event", [name], nothing)
    with pytest.raises(DataError, match="synsets needs --wordnet"):
        graded_rows(stored(), "event", ["synsets"], CaptionKnowledge(parses={t: parsed(t) for t in CAPTIONS}))
    more = StoredSimilarity(
        stored().texts[:3], stored().videos, {"event": stored().matrices["event"][:3]}, {}, "small"
    )
    with pytest.raises(DataError, match="1 videos have no caption to go by, e.g. 'v3'"):
        graded_rows(more, "event", ["bag_of_words"], nothing)
    with pytest.raises(DataError, match="index.noun"):
        read_knowledge(wordnet=tmp_path)
    with pytest.raises(DataError, match="not readable as words"):
        read_knowledge(stop_words=tmp_path / "none.txt")

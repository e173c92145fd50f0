from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hgr import Retriever
from hgr.analysis.report.content import page_data
from hgr.analysis.report.node_removal import without_node
from hgr.analysis.report.projector import write_projector
from hgr.analysis.report.query_facts import with_fused
from hgr.analysis.report.source import ReportSource, open_source
from hgr.analysis.report.write import write_report
from hgr.analysis.stored import StoredSimilarity
from hgr.data.prepare import prepare
from hgr.errors import DataError
from hgr.evaluation import evaluate
from hgr.retrieval.loaded_run import load_run
from hgr.retrieval.phrases import seen_graph
from tests.hgr.retrieval.small_run import DIM, FRAMES, SmallParser, make_run
from tests.hgr.video.making import make_video


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    made = make_run(folder, files=True)
    (folder / "data" / "videos").mkdir()
    make_video(folder / "data" / "videos" / "v4.mp4")
    return made


@pytest.fixture(scope="module")
def source(run: Path) -> ReportSource:
    return open_source(run)


@pytest.fixture(scope="module")
def data(source: ReportSource) -> dict:
    stored = with_fused(source.stored)[0]
    return page_data(source, stored, range(len(stored.texts)))


def test_attention_is_that_of_the_search(run: Path, data: dict) -> None:
    retriever = Retriever.load(run, parser=SmallParser(), split="test")
    for query in data["queries"][:4]:
        hits = {hit.video: hit for hit in retriever.search(query["text"], top=5)}
        for place in query["top"]:
            hit = hits[data["videos"][place]["id"]]
            expected = 1000 * np.array([*hit.alignment.values()])
            np.testing.assert_allclose(query["attention"][str(place)], expected, atol=0.51)
            scores = [hit.score, *hit.levels.values()]
            np.testing.assert_allclose(query["scores"][str(place)], scores, atol=1e-4)


def test_removals_are_scores_of_the_edited_graph(run: Path, source: ReportSource, data: dict) -> None:
    retriever = Retriever.load(run, parser=SmallParser())
    query = data["queries"][0]
    graph = seen_graph(source.items[query["id"]].graph, retriever.run.settings.model)
    assert [(node, words) for node, words, _, _ in query["removed"]] == [
        (node, words) for node in range(1, len(graph.nodes)) for words in (0, 1)
    ]
    for node, words, right, rival in query["removed"]:
        edited = without_node(graph, node, words=bool(words))
        assert edited is not None
        videos = [data["videos"][query[side]]["id"] for side in ("right", "rival")]
        found = retriever.similarity(retriever.encode_text(edited), retriever.encode_videos(videos))
        for column, scores in enumerate((right, rival)):
            expected = [float(found[name][0, column]) for name in ("fused", "event", "action", "entity")]
            if graph.nodes[node].level == "action":
                assert scores[2] is None, "the caption has no other action"
                expected[2] = scores[2] = 0.0
            np.testing.assert_allclose(scores, expected, atol=1e-4)


def test_frames_where_the_file_is_and_the_reason_where_not(data: dict) -> None:
    videos = {video["id"]: video for video in data["videos"]}
    reasons = {video["id"]: video.get("why") for video in data["videos"] if "strip" not in video}
    assert videos["v4"]["frames"] == FRAMES
    assert videos["v4"]["strip"].startswith("data:image/jpeg;base64,")
    assert len(videos["v4"]["times"]) == FRAMES
    assert set(reasons.values()) == {"the video file is not there"}
    assert len(reasons) == len(videos) - 1


def test_stored_similarities_of_these_weights_are_used(run: Path, source: ReportSource) -> None:
    again = open_source(run)
    assert again.stored.source == source.stored.source == str(run / "similarity" / "test")
    assert again.notes == ()


def test_stored_similarities_of_other_weights_are_not(tmp_path: Path) -> None:
    made = make_run(tmp_path)
    open_source(made)
    path = made / "similarity" / "test" / "fused.npy"
    np.save(path, np.load(path) + 0.1)
    found = open_source(made)
    assert "belong to other weights" in found.notes[0]
    np.testing.assert_allclose(found.stored.matrices["fused"], np.load(path) - 0.1, atol=1e-5)


def test_a_run_without_checkpoint_is_its_matrices(run: Path, tmp_path: Path) -> None:
    (tmp_path / "other" / "similarity").mkdir(parents=True)
    (tmp_path / "other" / "similarity" / "test").symlink_to(run / "similarity" / "test")
    found = open_source(tmp_path / "other")
    assert found.retriever is None
    assert len(found.stored.texts) == 16


def test_projector_files(source: ReportSource, tmp_path: Path) -> None:
    write_projector(source, tmp_path, points=1000)
    for level, phrases in {"event": 1, "action": 1, "entity": 2}.items():
        vectors = np.loadtxt(tmp_path / f"{level}.tsv", delimiter="\t")
        rows = (tmp_path / f"{level}.metadata.tsv").read_text().splitlines()
        assert vectors.shape == (8 + 16 * phrases, 16)
        assert rows[0] == "text\tside\trole\tid"
        assert len(rows) == len(vectors) + 1
    assert "a red" in (tmp_path / "entity.metadata.tsv").read_text()
    assert (tmp_path / "projector_config.pbtxt").read_text().count("tensor_path") == 3
    assert DIM != 16


def test_projector_needs_embeddings(source: ReportSource, tmp_path: Path) -> None:
    stored = StoredSimilarity.open(source.stored.source)
    with pytest.raises(DataError, match="needs a run's embeddings"):
        write_projector(ReportSource("x", "test", stored), tmp_path)


def test_both_query_conventions_where_the_result_is_of_these_scores(run: Path, tmp_path: Path) -> None:
    opened = load_run(run)
    data = prepare(opened.settings, ["test"], opened.spec).splits["test"]
    result = evaluate(opened.model, opened.inputs, data.texts, data.videos).to_json()
    where = run / "results" / "test.json"
    where.parent.mkdir(exist_ok=True)
    where.write_text(json.dumps(result))
    write_report(open_source(run), tmp_path / "a.html", with_frames=False)
    assert "Unique strings as queries" in (tmp_path / "a.html").read_text()
    result["conventions"]["every_caption"]["fused"]["text_to_video"]["MnR"] += 1
    where.write_text(json.dumps(result))
    write_report(open_source(run), tmp_path / "b.html", with_frames=False)
    assert "Unique strings as queries" not in (tmp_path / "b.html").read_text()
    where.unlink()

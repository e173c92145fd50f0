from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from graphs.build import build_role_graph
from hgr import Retriever
from hgr.data.prepare import prepare
from hgr.errors import DataError
from hgr.evaluation import evaluate
from hgr.retrieval.loaded_run import load_run
from hgr.similarity import unit
from tests.hgr.retrieval.small_run import FRAMES, SECONDS, SmallParser, make_run, parse

QUERY = "a red ball pushes a blue box"


def test_levels_and_fused_by_name(retriever: Retriever) -> None:
    text = retriever.encode_text([QUERY, "a green cone lifts a red box"])
    video = retriever.encode_videos(["v1", "v0", "v5"])
    found = retriever.similarity(text, video)
    assert set(found) == {"event", "action", "entity", "fused"}
    assert all(matrix.shape == (2, 3) for matrix in found.values())
    levels = torch.stack([found[name] for name in ("event", "action", "entity")])
    torch.testing.assert_close(found["fused"], levels.mean(0))


def test_one_caption_is_a_list_of_one(retriever: Retriever) -> None:
    assert len(retriever.encode_text(QUERY)["event"]) == 1
    assert len(retriever.encode_videos("v0")["event"]) == 1


def test_search_ranks_by_the_fused_score_of_all_candidates(retriever: Retriever) -> None:
    hits = retriever.search(QUERY, top=5)
    text = retriever.encode_text(QUERY)
    fused = retriever.similarity(text, retriever.encode_videos(list(retriever.index.ids)))["fused"][0]
    best = sorted(range(len(fused)), key=lambda i: -float(fused[i]))[:5]
    assert [hit.video for hit in hits] == [retriever.index.ids[i] for i in best]
    np.testing.assert_allclose([hit.score for hit in hits], fused[best], atol=1e-6)
    for hit in hits:
        assert hit.score == pytest.approx(sum(hit.levels.values()) / 3, abs=1e-6)
        assert hit.absent == ()


def test_search_equals_the_evaluation_of_the_run(small_run: Path) -> None:
    run = load_run(small_run)
    data = prepare(run.settings, ["test"], run.spec).splits["test"]
    evaluated = evaluate(
        run.model, run.inputs, data.texts, data.videos, similarity_folder=small_run / "similarity"
    )
    assert evaluated.num_videos == 8
    fused = np.load(small_run / "similarity" / "fused.npy")
    order = sorted(range(len(data.texts)), key=lambda i: data.videos.ids.index(data.texts[i].caption.video))
    retriever = Retriever(run, parser=SmallParser(), split="test")
    for row, i in enumerate(order[:4]):
        hits = retriever.search(data.texts[i].caption.text, top=8)
        scores = dict(zip(data.videos.ids, fused[row], strict=True))
        assert {hit.video: hit.score for hit in hits} == pytest.approx(scores, abs=1e-5)


def test_alignment_holds_the_weights_that_the_score_used(retriever: Retriever) -> None:
    """The published formula, written out, on the embeddings: the attended phrase scores give the level scores."""
    hit = retriever.search(QUERY, top=1)[0]
    assert list(hit.alignment) == ["pushes", "a red ball", "a blue box"]
    assert [(p.level, p.role) for p in hit.phrases.values()] == [
        ("action", ""),
        ("entity", "ARG0"),
        ("entity", "ARG1"),
    ]
    text, video = retriever.encode_text(QUERY), retriever.encode_videos(hit.video)
    for level, names in {"action": ["pushes"], "entity": ["a red ball", "a blue box"]}.items():
        scores = []
        for k, name in enumerate(names):
            weights = torch.tensor(hit.alignment[name])
            assert len(weights) == FRAMES
            assert float(weights.sum()) == pytest.approx(1, abs=1e-5)
            attended = (weights[:, None] * video[level].vectors[0]).sum(0)
            scores.append(float(unit(attended) @ unit(text[level].vectors[0, k])))
        assert np.mean(scores) == pytest.approx(hit.levels[level], abs=1e-5)


def test_times_are_the_middles_of_equal_parts(retriever: Retriever) -> None:
    hit = retriever.search(QUERY, top=1)[0]
    expected = [(2 * i + 1) / (2 * FRAMES) * SECONDS for i in range(FRAMES)]
    assert hit.times == pytest.approx(expected, abs=1e-3)


def test_the_same_phrase_in_two_roles_keeps_both_rows(retriever: Retriever) -> None:
    hit = retriever.search("a red ball pushes a red ball", top=1)[0]
    assert list(hit.alignment) == ["pushes", "a red ball (ARG0)", "a red ball (ARG1)"]


def test_a_query_without_verb_leaves_the_action_level_out(retriever: Retriever) -> None:
    hit = retriever.search("a red ball", top=1)[0]
    assert hit.absent == ("action",)
    assert hit.levels["action"] == 0.0
    assert hit.to_json()["levels"]["action"] is None
    assert hit.score == pytest.approx((hit.levels["event"] + hit.levels["entity"]) / 2, abs=1e-6)
    assert list(hit.alignment) == ["a red ball"]


@pytest.mark.parametrize("query", ["", "   ", "\n\t"])
def test_an_empty_query_is_an_error(retriever: Retriever, query: str) -> None:
    with pytest.raises(DataError, match="query 1 of 1 is empty"):
        retriever.search(query)


def test_errors_say_what_is_wrong(retriever: Retriever) -> None:
    with pytest.raises(DataError, match="told to fail"):
        retriever.search("FAIL now")
    with pytest.raises(DataError, match="top is 0"):
        retriever.search(QUERY, top=0)
    with pytest.raises(DataError, match="'v99': neither one of the 12 ids with features nor a file"):
        retriever.encode_videos(["v99"])
    with pytest.raises(DataError, match="no captions"):
        retriever.encode_text([])


def test_a_file_cannot_be_encoded_with_an_unknown_backbone(retriever: Retriever, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"not a video")
    with pytest.raises(DataError, match="was made by 'made-up', which cannot be run here"):
        retriever.encode_videos([tmp_path / "clip.mp4"])


def test_more_are_asked_for_than_there_are(retriever: Retriever) -> None:
    assert len(retriever.search(QUERY, top=100)) == 12


def test_a_role_graph_is_a_query_too(retriever: Retriever) -> None:
    graph = build_role_graph(parse(QUERY))
    assert retriever.search(graph, top=3) == retriever.search(QUERY, top=3)


def test_upper_case_is_read_as_in_training(retriever: Retriever) -> None:
    assert retriever.unknown_words("A RED ball") == ()
    assert retriever.unknown_words("A purple BALL") == ("purple",)


def test_encoding_alone_equals_encoding_among_others(retriever: Retriever) -> None:
    alone = retriever.similarity(retriever.encode_text("a red ball"), retriever.encode_videos("v3"))
    among = retriever.similarity(
        retriever.encode_text([QUERY, "a red ball"]), retriever.encode_videos(["v1", "v3"])
    )
    for name in alone:
        torch.testing.assert_close(alone[name][0, 0], among[name][1, 1], atol=1e-5, rtol=0)


def test_the_run_says_where_it_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        Retriever.load(tmp_path / "nothing")


def test_two_levels_only(tmp_path: Path) -> None:
    found = Retriever.load(make_run(tmp_path, levels=("event", "entity")), parser=SmallParser())
    hit = found.search(QUERY, top=1)[0]
    assert set(hit.levels) == {"event", "entity"}
    assert list(hit.alignment) == ["a red ball", "a blue box"]


def test_slots_cut_the_phrases_that_are_shown(tmp_path: Path) -> None:
    found = Retriever.load(make_run(tmp_path, max_entities=1), parser=SmallParser())
    assert list(found.search(QUERY, top=1)[0].alignment) == ["pushes", "a red ball"]

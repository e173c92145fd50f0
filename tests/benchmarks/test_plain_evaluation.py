"""The plain evaluation and the workload it runs on."""

from __future__ import annotations

import pytest
import torch

from benchmarks.plain.evaluation import evaluate, positions, score_matrices
from benchmarks.plain.hanet import PlainHANet
from benchmarks.plain.hgr import PlainHGR
from benchmarks.workload import FRAME_WIDTH, NUM_WORDS, make_texts, make_videos, plain_text, plain_video
from graphs.levels import ACTION, ENTITY
from graphs.role_graph import check_role_graph


@pytest.mark.parametrize("system", [PlainHGR, PlainHANet])
def test_blocks_change_nothing(system: type[PlainHGR] | type[PlainHANet]) -> None:
    text, video = plain_text(make_texts(7)), plain_video(make_videos(5))
    model = system(NUM_WORDS, FRAME_WIDTH, 32, 16).eval()
    whole, blocks = score_matrices(model, text, video), score_matrices(model, text, video, block=3)
    assert whole["fused"].shape == (7, 5)
    for name, matrix in whole.items():
        assert (matrix - blocks[name]).abs().max() < 1e-6, name


def test_positions_count_better_candidates() -> None:
    assert positions(torch.tensor([[0.1, 0.9, 0.2], [0.0, 1.0, 0.5], [0.7, 0.3, 0.5]])).tolist() == [2, 0, 1]


def test_evaluation_ranks_both_directions() -> None:
    text, video = plain_text(make_texts(4)), plain_video(make_videos(4))
    model = PlainHGR(NUM_WORDS, FRAME_WIDTH, 32, 16).eval()
    matrices = score_matrices(model, text, video)
    found = evaluate(model, text, video)
    assert torch.equal(found["fused"][1], positions(matrices["fused"].T))
    assert set(found) == {"event", "verb", "noun", "fused"}


def test_workload_has_the_published_sizes_and_legal_graphs() -> None:
    texts = make_texts(2000)
    for item in texts:
        check_role_graph(item.graph)
    assert sum(len(item.graph.positions(ACTION)) for item in texts) / 2000 == pytest.approx(1.69, abs=0.06)
    assert sum(len(item.graph.positions(ENTITY)) for item in texts) / 2000 == pytest.approx(3.29, abs=0.1)


def test_plain_text_holds_the_graph() -> None:
    items = make_texts(50)
    batch = plain_text(items)
    for row, item in enumerate(items):
        assert batch.verbs[row].any(-1).sum() == len(item.graph.positions(ACTION))
        assert batch.nouns[row].any(-1).sum() == len(item.graph.positions(ENTITY))
        edges = sum(edge.source == 0 and edge.role == "" for edge in item.graph.edges)
        edges += 2 * sum(edge.source > 0 for edge in item.graph.edges)
        assert (batch.adjacency[row] > 0).sum() == edges

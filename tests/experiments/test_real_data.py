from __future__ import annotations

from pathlib import Path

from experiments.real_data import block_splits, random_splits, triple_graph, vidvrd566
from graphs.role_graph import check_role_graph
from hgr.data.folder import load_folder

IDS = [f"video{i}" for i in range(23)]


def test_splits_part_the_ids() -> None:
    for name, splits in (("random", random_splits(IDS, test=5)), ("block", block_splits(IDS))):
        for k in range(5):
            train, test = splits[f"{name}{k}_train"], splits[f"{name}{k}_test"]
            assert sorted(train + test) == sorted(IDS) and not set(train) & set(test)
    blocks = block_splits(IDS)
    assert sorted(video for k in range(5) for video in blocks[f"block{k}_test"]) == sorted(IDS)
    assert blocks["block1_test"] == ["video5", "video6", "video7", "video8", "video9"]


def test_a_triple_is_a_role_graph() -> None:
    graph = triple_graph("dog", "stand_behind", "red_panda")
    check_role_graph(graph)
    assert [node.text for node in graph.nodes] == [
        "dog stand behind red panda",
        "stand behind",
        "dog",
        "red panda",
    ]
    assert graph.roles_of(2) == ("ARG0",) and graph.roles_of(3) == ("ARG1",)


def test_the_shared_files_become_folders(shared_data: Path, tmp_path: Path) -> None:
    vidvrd566(shared_data, tmp_path / "vidvrd")
    folder = load_folder(tmp_path / "vidvrd")
    assert (len(folder.videos), len(folder.split("random0_train")), len(folder.split("random0_test"))) == (
        447,
        347,
        100,
    )
    assert sum(len(folder.split(f"block{k}_test")) for k in range(5)) == 447

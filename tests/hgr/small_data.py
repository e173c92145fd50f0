"""A data set's folder in a moment: a word a video that its features know, role graphs in the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from graphs.formats import write_role_graphs
from graphs.role_graph import Edge, Node, RoleGraph, event_node
from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video
from hgr.data.recipes import Recipe

TEMPLATES = ("a {} moves", "someone pushes the {}")


def graph_of(text: str) -> RoleGraph:
    """Subject, verb, object, by position."""
    words = tuple(text.split())
    if len(words) == 3:  # a ball moves
        nodes = (
            event_node(words),
            Node("action", (2,), words[2]),
            Node("entity", (0, 1), " ".join(words[:2])),
        )
        return RoleGraph(words, nodes, (Edge(0, 1, ""), Edge(1, 2, "ARG0")))
    nodes = (
        event_node(words),
        Node("action", (1,), words[1]),
        Node("entity", (0,), words[0]),
        Node("entity", (2, 3), " ".join(words[2:])),
    )
    return RoleGraph(words, nodes, (Edge(0, 1, ""), Edge(1, 2, "ARG0"), Edge(1, 3, "ARG1")))


def write_data(
    path: Path,
    *,
    train: int = 12,
    val: int = 4,
    width: int = 6,
    frames: int = 5,
    skip_features: tuple[str, ...] = (),
) -> Path:
    """Write a data set's folder with a feature store (streams "look" and "sound") and graphs.jsonl.

    Args:
        path: The folder.
        train: Videos of the split "train", two captions each.
        val: Videos of the split "val".
        width: Width of the stream "look"; "sound" has half.
        frames: Frames of the longest videos.
        skip_features: Videos without features.
    """
    ids = [f"v{i:03d}" for i in range(train + val)]
    names = [f"thing{i % train}" for i in range(train + val)]
    captions = [
        Caption(f"{video}/{k}", video, template.format(name))
        for video, name in zip(ids, names, strict=True)
        for k, template in enumerate(TEMPLATES)
    ]
    splits = {"train": ids[:train], "val": ids[train:], "test": ids[train:]}
    write_folder(path, captions, [Video(video, duration=2.0) for video in ids], splits)
    rng = np.random.default_rng(0)
    looks = {name: rng.normal(size=(1, width)) for name in dict.fromkeys(names)}
    recipe = Recipe("made up", sampling={"frames": frames})
    plans = {"look": StreamPlan(width, recipe, "float32"), "sound": StreamPlan(width // 2, recipe, "float32")}
    with FeatureStoreWriter(path / "features", plans) as writer:
        for i, (video, name) in enumerate(zip(ids, names, strict=True)):
            if video not in skip_features:
                rows = frames - i % 2
                look = looks[name] + 0.05 * rng.normal(size=(rows, width))
                writer.add(video, {"look": look, "sound": rng.normal(size=(rows, width // 2))})
        writer.finish()
    texts = list(dict.fromkeys(caption.text for caption in captions))
    write_role_graphs(path / "graphs.jsonl", ((text, graph_of(text)) for text in texts))
    return path

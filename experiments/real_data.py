"""Small sets of real videos, or of their features, with captions, as data set folders with their splits.

    python -m experiments.real_data msrvtt1000 SHARED OUT
    python -m experiments.real_data vidvrd566 SHARED OUT
    python -m experiments.real_data clips77 SHARED OUT

SHARED is a folder with `real/`, `text/` and `video/` in it; see docs/benchmarks.md for what these files hold.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.word_vectors import read_captions, write_vectors
from graphs.formats import write_role_graphs
from graphs.levels import ACTION, ENTITY
from graphs.role_graph import Edge, Node, RoleGraph, event_node
from hgr.data.feature_import import import_features
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video

SPLITS = 5


def random_splits(ids: Sequence[str], test: int) -> dict[str, list[str]]:
    """random0_train, random0_test, ...: the first `test` of a permutation seeded by the number are the test split."""
    splits: dict[str, list[str]] = {}
    for k in range(SPLITS):
        order = np.random.RandomState(k).permutation(len(ids))
        splits[f"random{k}_train"] = [ids[i] for i in order[test:]]
        splits[f"random{k}_test"] = [ids[i] for i in order[:test]]
    return splits


def block_splits(ids: Sequence[str]) -> dict[str, list[str]]:
    """block0_train, block0_test, ...: every fifth of the ids in their own order is once the test split."""
    order = sorted(ids, key=lambda video: int(re.sub(r"\D", "", video)))
    splits: dict[str, list[str]] = {}
    for k, block in enumerate(np.array_split(np.arange(len(order)), SPLITS)):
        chosen = set(block.tolist())
        splits[f"block{k}_train"] = [video for i, video in enumerate(order) if i not in chosen]
        splits[f"block{k}_test"] = [video for i, video in enumerate(order) if i in chosen]
    return splits


def msrvtt1000(shared: Path, out: Path) -> None:
    """MSR-VTT video0 to video999, one caption each, five 800/200 splits, word vectors from other videos' captions."""
    captions = json.loads((shared / "real" / "msrvtt1000_captions.json").read_text(encoding="utf-8"))
    ids = list(captions)
    rows = [Caption(f"{video}#{i}", video, text) for video in ids for i, text in enumerate(captions[video])]
    write_folder(out, rows, [Video(video) for video in ids], random_splits(ids, test=200))
    import_features(shared / "real" / "msrvtt1000_features.npz", out / "features", stream="frames")
    write_vectors(out / "words.npz", read_captions(shared / "text" / "msrvtt_test_captions.json.gz"))


def vidvrd566(shared: Path, out: Path) -> None:
    """The 447 labelled VidVRD videos; the triple is the caption and, as (agent, action, patient), its role graph."""
    content = json.loads((shared / "real" / "vidvrd566_triples.json").read_text(encoding="utf-8"))
    graphs = {video: triple_graph(**triple) for video, triple in content["triples"].items()}
    ids = list(graphs)
    rows = [Caption(f"{video}#0", video, " ".join(graphs[video].words)) for video in ids]
    splits = random_splits(ids, test=100) | block_splits(ids)
    write_folder(out, rows, [Video(video) for video in ids], splits)
    write_role_graphs(
        out / "graphs.jsonl", ((" ".join(g.words), g) for g in graphs.values()), {"parser": "gold"}
    )
    import_features(shared / "real" / "vidvrd566_features.npz", out / "features", videos=ids)
    write_vectors(out / "words.npz", read_captions(shared / "text" / "msrvtt_test_captions.json.gz"))


def triple_graph(subject: str, relation: str, object: str) -> RoleGraph:
    """ "dog", "stand_behind", "frisbee" -> dog (ARG0) <- stand behind -> frisbee (ARG1)."""
    parts = [part.replace("_", " ").split() for part in (subject, relation, object)]
    words = tuple(word for part in parts for word in part)
    first, second = len(parts[0]), len(parts[0]) + len(parts[1])
    agent, action, patient = range(first), range(first, second), range(second, len(words))

    def node(level: str, tokens: range) -> Node:
        return Node(level, tuple(tokens), " ".join(words[i] for i in tokens))

    nodes = (event_node(words), node(ACTION, action), node(ENTITY, agent), node(ENTITY, patient))
    return RoleGraph(words, nodes, (Edge(0, 1, ""), Edge(1, 2, "ARG0"), Edge(1, 3, "ARG1")))


def clips77(shared: Path, out: Path) -> None:
    """77 video files with 97 captions, copied; a fifth of them is the test split, the rest trains."""
    clips = json.loads((shared / "video" / "manifest.json").read_text(encoding="utf-8"))
    (out / "videos").mkdir(parents=True, exist_ok=True)
    rows, videos = [], []
    for clip in clips:
        file = f"videos/{Path(clip['file']).name}"
        shutil.copyfile(shared / "video" / clip["file"], out / file)
        videos.append(Video(clip["id"], file, duration=clip["duration"]))
        rows += [Caption(f"{clip['id']}#{i}", clip["id"], text) for i, text in enumerate(clip["captions"])]
    ids = [clip["id"] for clip in clips]
    order = np.random.RandomState(0).permutation(len(ids))
    test = len(ids) // SPLITS
    splits = {"train": [ids[i] for i in order[test:]], "test": [ids[i] for i in order[:test]]}
    write_folder(out, rows, videos, splits)


DATA_SETS = {"msrvtt1000": msrvtt1000, "vidvrd566": vidvrd566, "clips77": clips77}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=sorted(DATA_SETS))
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    DATA_SETS[given.name](given.shared, given.out)
    print(given.out)


if __name__ == "__main__":
    main()

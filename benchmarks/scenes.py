"""The generated videos: what they cost, and what a linear model can read from their features.

    python -m benchmarks.scenes --cost                     render : encode : decode, in one run
    python -m benchmarks.scenes FOLDER [--features STORE]  closed-form ridge probes, train split -> test split

The probes see the mean, the maximum, the deviation and the difference between later and earlier half
of each feature. They say what the features hold, before any model is blamed for not finding it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hgr.data.features import FeatureStore
from hgr.scenes.clips import plan
from hgr.scenes.config import load_scene_config
from hgr.scenes.encoding import encode
from hgr.scenes.rendering import render

RIDGE_STRENGTHS = (10.0, 100.0, 1000.0, 10000.0)
HELD_BACK = 5
"""Every so many training scenes are kept back to choose the ridge's strength."""

Target = Callable[[dict[str, Any]], str | None]


def _agent(field: str) -> Target:
    return lambda world: _thing(world, "agent", field)


def _patient(field: str) -> Target:
    return lambda world: _thing(world, "patient", field)


def _thing(world: dict[str, Any], role: str, field: str) -> str | None:
    if len(world["events"]) != 1:
        return None
    return world["things"][world["events"][0][role]][field]


def _single(field: str) -> Target:
    return lambda world: (world["events"][0][field] or None) if len(world["events"]) == 1 else None


def _roles(world: dict[str, Any]) -> str | None:
    """Whether the agent's color comes before the patient's in the alphabet: chance is a half."""
    agent, patient = _thing(world, "agent", "color"), _thing(world, "patient", "color")
    return None if agent is None or patient is None else str(agent < patient)


def _order(world: dict[str, Any]) -> str | None:
    """Which of two different actions comes first, by the alphabet."""
    actions = [event["action"] for event in world["events"]]
    return str(actions[0] < actions[1]) if len(actions) == 2 and actions[0] != actions[1] else None


TARGETS: dict[str, Target] = {
    "place": lambda world: world["place"],
    "number of events": lambda world: str(len(world["events"])),
    "agent's color": _agent("color"),
    "patient's color": _patient("color"),
    "agent's shape": _agent("shape"),
    "patient's shape": _patient("shape"),
    "agent's size": _agent("size"),
    "action": _single("action"),
    "direction": _single("direction"),
    "roles": _roles,
    "order": _order,
}


def summary_features(frames: np.ndarray) -> np.ndarray:
    """(F, D) -> (4 D,): mean, maximum, deviation, later half minus earlier half."""
    half = len(frames) // 2
    change = frames[half:].mean(0) - frames[:half].mean(0)
    return np.concatenate([frames.mean(0), frames.max(0), frames.std(0), change])


def ridge_accuracy(
    train: np.ndarray, labels: list[str], scenes: list[str], test: np.ndarray, truth: list[str]
) -> tuple[float, float]:
    """Share of test clips whose label a ridge classifier finds, and the share of the commonest training label."""
    names = sorted(set(labels))
    target = np.array([[label == name for name in names] for label in labels], dtype=np.float64)
    order = {scene: i for i, scene in enumerate(dict.fromkeys(scenes))}
    back = np.array([order[scene] % HELD_BACK == 0 for scene in scenes])
    fits = {s: _ridge(train[~back], target[~back], s) for s in RIDGE_STRENGTHS}
    right = {s: (fit(train[back]).argmax(1) == target[back].argmax(1)).mean() for s, fit in fits.items()}
    predicted = _ridge(train, target, max(right, key=lambda s: right[s]))(test).argmax(1)
    commonest = names[int(target.sum(0).argmax())]
    accuracy = np.mean([names[i] == label for i, label in zip(predicted, truth, strict=True)])
    return float(accuracy), float(np.mean([label == commonest for label in truth]))


def _ridge(features: np.ndarray, target: np.ndarray, strength: float) -> Callable[[np.ndarray], np.ndarray]:
    """Dual ridge regression on standardized features."""
    mean, scale = features.mean(0), features.std(0) + 1e-3
    x, offset = (features - mean) / scale, target.mean(0)
    dual = np.linalg.solve(x @ x.T + strength * np.eye(len(x)), target - offset)
    weights = x.T @ dual
    return lambda test: (test - mean) / scale @ weights + offset


def probe(folder: Path, store: Path) -> None:
    """Print one line a target."""
    stream_of = FeatureStore.open(store)
    streams = list(stream_of.streams)
    with (folder / "scenes.jsonl").open(encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    values = {
        record["video"]: np.concatenate(
            [summary_features(np.asarray(stream_of.stream(s)[record["video"]], np.float64)) for s in streams]
        )
        for record in records
    }
    print(
        f"{'target':<18} {'right':>6} {'commonest':>9} {'train':>6} {'test':>5}   streams: {', '.join(streams)}"
    )
    for name, target in TARGETS.items():
        rows = {"train": [], "test": []}  # type: dict[str, list[tuple[np.ndarray, str, str]]]
        for record in records:
            label = target(record["world"])
            if label is not None and record["split"] in rows:
                rows[record["split"]].append((values[record["video"]], label, record["scene"]))
        (x, labels, scenes), (test, truth, _) = (
            (np.stack([r[0] for r in part]), [r[1] for r in part], [r[2] for r in part])
            for part in rows.values()
        )
        right, commonest = ridge_accuracy(x, labels, scenes, test, truth)
        print(f"{name:<18} {right:6.1%} {commonest:9.1%} {len(x):6d} {len(test):5d}")


def cost(config_name: str, clips: int) -> None:
    """Print milliseconds a clip for rendering, encoding and decoding, and their ratios."""
    import av

    config = load_scene_config(config_name)
    planned = plan(config.resized(clips)).clips[:clips]
    spent = {"render": 0.0, "encode": 0.0, "decode": 0.0}
    size = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        for clip in planned:
            times = [time.perf_counter()]
            frames = render(clip.scene, config.frames)
            times.append(time.perf_counter())
            encode(frames, file, config.frames_per_second)
            times.append(time.perf_counter())
            with av.open(str(file)) as container:
                for frame in container.decode(video=0):
                    frame.to_ndarray(format="rgb24")
            times.append(time.perf_counter())
            for step, begin, end in zip(spent, times[:-1], times[1:], strict=True):
                spent[step] += end - begin
            size += file.stat().st_size
    print(
        f"{config_name}: {len(planned)} clips of {config.frames} frames, {size / len(planned) / 1000:.1f} kB each"
    )
    for step, seconds in spent.items():
        share = seconds / spent["decode"]
        print(f"{step:<7} {1000 * seconds / len(planned):6.1f} ms a clip, {share:4.1f} x decoding it")


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="generated data set; its features are probed")
    parser.add_argument("--features", type=Path, help="feature store, default FOLDER/features")
    parser.add_argument("--cost", action="store_true", help="time rendering, encoding, decoding")
    parser.add_argument("--config", default="full")
    parser.add_argument("--clips", type=int, default=100)
    options = parser.parse_args()
    if options.cost:
        cost(options.config, options.clips)
    if options.folder is not None:
        probe(options.folder, options.features or options.folder / "features")
    if not options.cost and options.folder is None:
        parser.error("give a FOLDER to probe, or --cost")


if __name__ == "__main__":
    main()

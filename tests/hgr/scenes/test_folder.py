"""The written data set: complete, consistent, repeatable, readable by everybody else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphs.formats import read_role_graphs
from hgr.analysis.choice import accuracy_of_margins, read_choices
from hgr.data.folder import load_folder
from hgr.errors import DataError
from hgr.scenes import folder as scene_folder
from hgr.scenes.config import SceneConfig, SplitConfig
from hgr.scenes.folder import make_scenes
from tests.hgr.scenes.small import SMALL

WAIT_SECONDS = 100.0
"""How long a process may take to begin and to end, on a busy machine."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenes") / "small"
    make_scenes(path, SMALL)
    return path


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_folder_loads_and_every_file_is_there(folder: Path) -> None:
    data = load_folder(folder)
    assert len(data.videos) == 8 * 3 + 2 * 2 + 8 * 4 and len(data.captions) == 3 * len(data.videos)
    assert set(data.splits) == {"train", "val", "test"}
    for record in _lines(folder / "videos.jsonl"):
        assert (folder / record["file"]).stat().st_size > 1000
        assert record["duration"] == pytest.approx(SMALL.frames / SMALL.frames_per_second, abs=1e-3)


def test_every_text_has_its_true_graph(folder: Path) -> None:
    graphs = read_role_graphs(folder / "graphs_true.jsonl")
    texts = {record["text"] for record in _lines(folder / "captions.jsonl")}
    texts |= {pair.altered for pair in read_choices(folder / "choices.jsonl")}
    assert texts == set(graphs)


def test_families_do_not_cross_splits_and_truth_names_every_clip(folder: Path) -> None:
    truth = {record["video"]: record for record in _lines(folder / "scenes.jsonl")}
    splits = {name: (folder / "splits" / f"{name}.txt").read_text().split() for name in SMALL.splits}
    assert sum(map(len, splits.values())) == len(truth)
    for name, ids in splits.items():
        assert all(truth[id_]["split"] == name and truth[id_]["scene"].startswith(name) for id_ in ids)
    assert any(record["novel"] for record in truth.values())
    assert not any(record["novel"] for record in truth.values() if record["split"] != "test")


def test_choices_name_clips_differ_and_favor_no_text(folder: Path) -> None:
    texts = {}
    for record in _lines(folder / "captions.jsonl"):
        texts.setdefault(record["video"], set()).add(record["text"])
    pairs = read_choices(folder / "choices.jsonl", "test")
    assert {pair.kind for pair in pairs} == set(SMALL.kinds)
    for pair in pairs:
        assert pair.caption in texts[pair.video] and pair.altered not in texts[pair.video]
    number = {text: float(i) for i, text in enumerate({t for p in pairs for t in (p.caption, p.altered)})}
    margins = [number[pair.caption] - number[pair.altered] for pair in pairs]
    import numpy as np

    rows = accuracy_of_margins(pairs, np.array(margins), resamples=10)
    assert all(row.accuracy == 0.5 for row in rows), "a score that ignores the video must be at chance"


def test_same_seed_same_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    config = SceneConfig(splits={"train": SplitConfig(scenes=2, siblings=1)}, frames=16)
    make_scenes(tmp_path / "a", config)
    make_scenes(tmp_path / "b", config, workers=2)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 11
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_paragraphs_have_a_segment_and_a_graph_for_every_sentence(tmp_path: Path) -> None:
    config = SceneConfig(
        splits={"train": SplitConfig(scenes=2, siblings=1)},
        frames=16,
        captions=2,
        paragraphs=True,
        kinds=("roles", "left_out_event"),
    )
    make_scenes(tmp_path / "p", config)
    graphs = read_role_graphs(tmp_path / "p" / "graphs_true.jsonl")
    durations = {record["id"]: record["duration"] for record in _lines(tmp_path / "p" / "videos.jsonl")}
    events = {r["video"]: len(r["world"]["events"]) for r in _lines(tmp_path / "p" / "scenes.jsonl")}
    for record in _lines(tmp_path / "p" / "captions.jsonl"):
        segments = record["segments"]
        assert len(segments) == events[record["video"]] and record["text"] in graphs
        assert segments[0]["start"] == 0.0
        assert segments[-1]["end"] == pytest.approx(durations[record["video"]], abs=0.01)
        for one, two in zip(segments[:-1], segments[1:], strict=True):
            assert one["end"] == two["start"] > one["start"]
        assert all(segment["text"] in graphs for segment in segments)


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(DataError, match="exists already"):
        make_scenes(tmp_path, SMALL)


def _children(parent: int) -> list[int]:
    """Processes that this one started, by the kernel's list."""
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(number) for number in text.split()]


def _runs(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def _clips(out: Path) -> list[Path]:
    return list((out / "videos").glob("*.mp4"))


def _wait_until(what: Callable[[], bool]) -> bool:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find child processes")
def test_renderers_end_when_the_command_is_killed(tmp_path: Path) -> None:
    out = tmp_path / "scenes"
    command = [sys.executable, "-c", "from hgr.cli.main import main; main()", "data", "make-scenes", str(out)]
    command += ["--config", "full", "--videos", "600", "--workers", "2"]
    with (tmp_path / "log").open("w") as log:
        parent = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        assert _wait_until(lambda: len(_clips(out)) >= 4), (tmp_path / "log").read_text()
        children = _children(parent.pid)
        assert len([child for child in children if _runs(child)]) >= 2
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    assert _wait_until(lambda: not any(map(_runs, children))), "renderers go on without their parent"
    after = len(_clips(out))
    time.sleep(1.0)
    assert len(_clips(out)) == after


def test_a_clip_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = scene_folder._job

    def elsewhere(path: Path, *rest: Any) -> Any:
        job = made(path, *rest)
        return (job[0], tmp_path / "missing" / job[1].name, *job[2:])

    monkeypatch.setattr(scene_folder, "_job", elsewhere)
    with pytest.raises(RuntimeError, match=r"missing.*\.mp4: not rendered: .*No such file"):
        make_scenes(tmp_path / "out", SMALL, workers=2)

"""Damaged files of every format: frames or a VideoReadError, never anything else, never a hang."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hgr.video.errors import VideoReadError
from hgr.video.reader import read_clip
from hgr.video.sampling import FrameShape, Sampling
from hgr.video.workers import run_with_limit
from tests.hgr.video.making import make_avi_without_stamps, make_video

CODECS = {
    "a.mp4": "libx264",
    "a.mkv": "libx264",
    "a.ts": "libx264",
    "a.webm": "libvpx-vp9",
    "a.mov": "libx265",
    "av1.mp4": "libsvtav1",
    "a.gif": "gif",
}


def read(path: str) -> str:
    """What becomes of a file; runs in a worker process."""
    try:
        clip = read_clip(path, Sampling(8, FrameShape(16, 16)))
    except VideoReadError:
        return "refused"
    return "read" if len(clip.frames) == len(clip.times) else "wrong"


def _damage(content: bytes, generator: random.Random) -> bytes:
    """A copy with some bytes changed, a block overwritten, the end missing, or the head changed."""
    damaged = bytearray(content)
    kind = generator.choice(("bytes", "block", "cut", "head"))
    if kind == "cut":
        return bytes(damaged[: generator.randrange(len(damaged))])
    if kind == "block":
        start, length = generator.randrange(len(damaged)), generator.randint(1, 200)
        damaged[start : start + length] = generator.randbytes(length)
        return bytes(damaged)
    reach = len(damaged) if kind == "bytes" else min(200, len(damaged))
    for _ in range(generator.randint(1, 12)):
        damaged[generator.randrange(reach)] = generator.randrange(256)
    return bytes(damaged)


def _outcomes(folder: Path, count: int, seed: int) -> list[object]:
    seeds = [make_video(folder / name, 30, codec=codec) for name, codec in CODECS.items()]
    seeds.append(make_avi_without_stamps(folder / "a.avi", 30))
    generator = random.Random(seed)
    tasks = []
    for number in range(count):
        path = generator.choice(seeds)
        mutant = folder / f"mutant{number}{path.suffix}"
        mutant.write_bytes(_damage(path.read_bytes(), generator))
        tasks.append(str(mutant))
    return list(run_with_limit(read, tasks, workers=2, seconds=60))


def test_damaged_files(tmp_path: Path) -> None:
    outcomes = _outcomes(tmp_path, 150, seed=1)
    assert set(outcomes) == {"read", "refused"}
    assert outcomes.count("refused") >= 30


@pytest.mark.slow
def test_many_damaged_files(tmp_path: Path) -> None:
    assert set(_outcomes(tmp_path, 3000, seed=2)) == {"read", "refused"}

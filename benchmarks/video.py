"""Reading video files: both readers against each other, what probing costs, what the grid backbone costs.

python -m benchmarks.video                       a made clip: 10 s, 640 x 360, H.264
python -m benchmarks.video --data FOLDER         every file of a data set's folder
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks.timing import interleave, machine, ratio_line
from hgr.data.folder import load_videos
from hgr.video import decord_reader
from hgr.video.backbones import GridBackbone
from hgr.video.probe import probe
from hgr.video.reader import Clip, read_clip
from hgr.video.sampling import FrameShape, Sampling

FRAMES = 32
SHAPE = FrameShape(224, 224)
SECONDS, RATE, HEIGHT, WIDTH = 10, 30, 360, 640


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="data set's folder; a made clip if not given")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    print(machine())
    if arguments.data is not None:
        files = [
            arguments.data / video.file for video in load_videos(arguments.data) if video.file is not None
        ]
        compare_files(files, rounds=min(arguments.rounds, 3))
        return
    with tempfile.TemporaryDirectory() as folder:
        compare_one(make_clip(Path(folder) / "clip.mp4"), arguments.rounds)


def compare_one(path: Path, rounds: int) -> None:
    """Time both readers, probing, and the grid backbone on one file."""
    sampling = Sampling(FRAMES, SHAPE)
    grid = GridBackbone()
    frames = read_clip(path, Sampling(16, grid.shape)).frames
    candidates = {
        "pyav": lambda: read_clip(path, sampling, reader="pyav"),
        "auto": lambda: read_clip(path, sampling),
        "probe": lambda: probe(path),
        "grid": lambda: grid(frames),
    }
    timings = interleave(candidates, rounds=rounds)
    print(
        f"{FRAMES} uniform frames of {SECONDS} s, {WIDTH} x {HEIGHT}, {RATE} fps, H.264, to {SHAPE.width} squared"
    )
    print(f"  {ratio_line(timings, 'pyav', 'auto')}; probing is part of both")
    print(f"  {ratio_line(timings, 'auto', 'probe')}")
    spent = statistics.median(_processor_seconds(candidates["grid"]) for _ in range(rounds))
    print(f"  grid: {spent / len(frames) * 1e3:.2f} ms of processor time a frame of 128 x 128")


def compare_files(files: list[Path], rounds: int) -> None:
    """Read every file with both readers: are the frames equal, how long does it take."""
    sampling = Sampling(FRAMES, SHAPE)
    readers: Counter[str] = Counter()
    equal = 0
    for path in files:
        ours, theirs = read_clip(path, sampling), read_clip(path, sampling, reader="pyav")
        readers[ours.reader] += 1
        equal += np.array_equal(ours.frames, theirs.frames) and np.array_equal(ours.times, theirs.times)
    timings = interleave(
        {
            "auto": lambda: _read_all(files, sampling, "auto"),
            "pyav": lambda: _read_all(files, sampling, "pyav"),
        },
        rounds=rounds,
        warmup=0,
    )
    print(f"{len(files)} files, {FRAMES} uniform frames each; read by {dict(readers)}")
    print(f"  equal frames and times from both ways: {equal} of {len(files)}")
    print(f"  all files: {ratio_line(timings, 'pyav', 'auto')}")


def make_clip(path: Path) -> Path:
    """A moving pattern with noise, encoded with H.264."""
    import av

    noise = np.random.default_rng(0).integers(0, 40, (HEIGHT * 2, WIDTH * 2, 3), dtype=np.uint8)
    columns = np.arange(WIDTH * 2)
    pattern = (noise + (100 + 80 * np.sin(columns / 17))[None, :, None]).astype(np.uint8)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SECONDS * RATE):
            window = np.ascontiguousarray(pattern[number : number + HEIGHT, 2 * number : 2 * number + WIDTH])
            frame = av.VideoFrame.from_ndarray(window, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def _read_all(files: list[Path], sampling: Sampling, reader: str) -> list[Clip]:
    return [read_clip(path, sampling, reader=reader) for path in files]


def _processor_seconds(run: Callable[[], object]) -> float:
    """Processor time of one call, which other processes' load disturbs little."""
    began = time.process_time()
    run()
    return time.process_time() - began


if __name__ == "__main__":
    if not decord_reader.available():
        print("decord is not installed: both ways are PyAV")
    main()

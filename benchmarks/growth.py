"""How time and memory of scoring and ranking grow with the number of videos.

    python -m benchmarks.growth [--videos 1000,2000,4000,8000] [--texts 1000] [--plot FILE.png] [--threads 2] [--json]

Each size runs in a process of its own, so that its peak memory is its own. As many captions for every size; the
vectors lie in memory-mapped files. "private" memory is what the process holds besides mapped files.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.encoded_sets import make_sets, multiplications
from benchmarks.timing import machine
from hgr.evaluation import evaluate_encoded
from hgr.settings import EvaluationSettings

SAMPLE_SECONDS = 0.02


def private_gigabytes() -> float:
    """Memory of this process without mapped files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 2**20


def measure(texts: int, videos: int, threads: int) -> dict[str, float]:
    """Seconds and peak private memory of one size."""
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        sets = make_sets(texts, videos, folder=Path(folder))
        text_items, video_items = sets.text_items(), sets.video_items()
        before = private_gigabytes()
        peak, done = [before], threading.Event()

        def watch() -> None:
            while not done.wait(SAMPLE_SECONDS):
                peak[0] = max(peak[0], private_gigabytes())

        watcher = threading.Thread(target=watch)
        watcher.start()
        wall, cpu = time.perf_counter(), time.process_time()
        evaluate_encoded(sets.model, sets.texts, sets.videos, text_items, video_items, EvaluationSettings())
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        done.set()
        watcher.join()
        return {
            "videos": videos,
            "seconds": wall,
            "cpu_seconds": cpu,
            "cpu_gflops": 2 * multiplications(sets) / cpu / 1e9,
            "cpu_microseconds_per_pair": 1e6 * cpu / texts / videos,
            "private_gigabytes": peak[0] - before,
        }


def plot(rows: list[dict[str, float]], path: Path) -> None:
    """Processor time and memory over the number of videos."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    videos = [row["videos"] for row in rows]
    left.plot(videos, [row["cpu_seconds"] for row in rows], "o-")
    left.plot([0, videos[-1]], [0, rows[-1]["cpu_seconds"]], ":", color="gray", label="proportional")
    left.legend()
    right.plot(videos, [row["private_gigabytes"] for row in rows], "o-")
    for axes, label in ((left, "processor seconds"), (right, "memory beside the vectors, GB")):
        axes.set(xlabel="videos", ylabel=label, ylim=(0, None), xlim=(0, None))
    figure.savefig(path)


def main(arguments: list[str] | None = None) -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--videos", default="1000,2000,4000,8000")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--plot", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    context = multiprocessing.get_context("spawn")
    rows: list[dict[str, Any]] = []
    for videos in map(int, options.videos.split(",")):
        with context.Pool(1) as pool:
            rows.append(pool.apply(measure, (options.texts, videos, options.threads)))
    if options.plot is not None:
        plot(rows, options.plot)
    if options.json:
        print(json.dumps({"machine": machine(), "texts": options.texts, "rows": rows}))
        return
    print(machine())
    for row in rows:
        print(
            f"{row['videos']} videos x {options.texts} captions: {row['seconds']:.1f} s, "
            f"processor {row['cpu_seconds']:.1f} s = {row['cpu_microseconds_per_pair']:.2f} us a pair, "
            f"memory beside the vectors {row['private_gigabytes']:.2f} GB"
        )


if __name__ == "__main__":
    main()

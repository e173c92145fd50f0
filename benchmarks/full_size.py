"""Both directions of the MSR-VTT full test in size, from memory-mapped encoded vectors, against the bare product.

    python -m benchmarks.full_size [--texts 59800] [--videos 2990] [--bare-share 0.1] [--threads 2] [--json]

Random vectors, 1,024 numbers, 20 frames, 1.7 actions and 3.3 entities a caption, event, action, entity and fused, both
directions, both query conventions. The bare product runs in slices between the stages of the evaluation's run, a share
of the captions at a time, so that both meet the same other load; its time is scaled to the whole. Needs about 2.1 GB
of disk at full size.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch

from benchmarks.encoded_sets import Sets, bare_products, make_sets, multiplications
from benchmarks.timing import machine
from hgr.evaluation import evaluate_encoded
from hgr.retrieval.encoded import Encoded, EncodedLevel
from hgr.settings import EvaluationSettings

SLICES = 4
"""Into how many pieces the bare product is cut."""


def part_of(encoded: Encoded, count: int) -> Encoded:
    """The first items of a set, without segments."""
    levels = {
        name: EncodedLevel(level.packed(0, count).values, level.offsets[: count + 1])
        for name, level in encoded.levels.items()
    }
    return Encoded(levels, {"video": torch.arange(count + 1)}, encoded.units)


def measure(texts: int, videos: int, share: float, folder: Path) -> dict[str, Any]:
    """Rank everything and say what it took.

    Args:
        texts: Captions.
        videos: Videos.
        share: Which share of the captions the bare product is timed on.
        folder: Where the vectors go.
    """
    sets = make_sets(texts, videos, folder=folder)
    settings = EvaluationSettings()
    piece = Sets(sets.model, part_of(sets.texts, max(int(texts * share / SLICES), 1)), sets.videos)
    bare: list[tuple[float, float]] = []

    def timed_bare() -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        bare_products(piece, settings.text_block, settings.video_block)
        bare.append((time.perf_counter() - wall, time.process_time() - cpu))

    spent = [0.0, 0.0]

    def between(items: Iterable[Any], _: str, length: int) -> Iterator[Any]:
        """Yield blocks, with slices of the bare product before some of them, outside the measured time."""
        for k, item in enumerate(items):
            if k % max(length // SLICES, 1) == 0:
                wall, cpu = time.perf_counter(), time.process_time()
                timed_bare()
                spent[0] += time.perf_counter() - wall
                spent[1] += time.process_time() - cpu
            yield item

    text_items, video_items = sets.text_items(), sets.video_items()
    bare_products(piece, settings.text_block, settings.video_block)
    wall, cpu = time.perf_counter(), time.process_time()
    result = evaluate_encoded(
        sets.model, sets.texts, sets.videos, text_items, video_items, settings, progress=between
    )
    wall, cpu = time.perf_counter() - wall - spent[0], time.process_time() - cpu - spent[1]
    scale = multiplications(sets) / multiplications(piece) / len(bare)
    bare_wall, bare_cpu = (scale * sum(run[side] for run in bare) for side in (0, 1))
    return {
        "texts": texts,
        "videos": videos,
        "mean_rank": result.summaries["every_caption"]["fused"]["text_to_video"].mean,
        "seconds": wall,
        "bare_seconds": bare_wall,
        "ratio": wall / bare_wall,
        "cpu_ratio": cpu / bare_cpu,
        "bare_share_measured": len(bare) * multiplications(piece) / multiplications(sets),
        "peak_gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "vectors_gigabytes": sum(file.stat().st_size for file in folder.rglob("*.float32")) / 2**30,
    }


def main(arguments: list[str] | None = None) -> None:
    """Print time, ratio and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--texts", type=int, default=59_800)
    parser.add_argument("--videos", type=int, default=2_990)
    parser.add_argument("--bare-share", type=float, default=0.1)
    parser.add_argument(
        "--folder", type=Path, default=None, help="where the vectors go; default: a temporary one"
    )
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        result = measure(options.texts, options.videos, options.bare_share, Path(folder))
    if options.json:
        print(json.dumps({"machine": machine(), "result": result}))
        return
    print(machine())
    print(
        f"{result['texts']} captions x {result['videos']} videos, both directions: {result['seconds']:.1f} s, "
        f"{result['ratio']:.2f} times the bare product ({result['bare_seconds']:.1f} s, measured on "
        f"{100 * result['bare_share_measured']:.0f} % of it), in processor time {result['cpu_ratio']:.2f}; "
        f"peak memory {result['peak_gigabytes']:.2f} GB, of it {result['vectors_gigabytes']:.2f} GB mapped files; "
        f"mean rank {result['mean_rank']:.1f}"
    )


if __name__ == "__main__":
    main()

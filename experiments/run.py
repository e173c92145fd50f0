"""One configuration with several seeds and splits: trained, measured, one run folder each.

    python -m experiments.run CONFIG --seeds 0,1,2 --out runs/hgr_scenes --jobs 2
    python -m experiments.run CONFIG --splits random0,random1 --set model.levels=[event]
    python -m experiments.run CONFIG --splits random0,random1,random2 --seeds 0,1,2 --paired

A split name stands for `<name>_train` and `<name>_test`; `--paired` takes the first split with the first seed, the
second with the second, in place of all combinations. What is finished is not done again, what was interrupted is
resumed. Prints one line a run; `python -m experiments.table` makes tables of the folders.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

CHOICES, TRAINING = "choices.json", "training.json"


@dataclass(frozen=True)
class Job:
    """One run: a configuration, a seed, a split (or none), and where it goes."""

    config: Path
    seed: int
    split: str | None
    folder: Path
    assignments: tuple[str, ...]
    choices: bool = False

    @property
    def all_assignments(self) -> list[str]:
        """The configuration's overrides, seed and split included."""
        found = [*self.assignments, f"seed={self.seed}"]
        if self.split is not None:
            found += [
                f"data.train={self.split}_train",
                "data.validation=null",
                f"data.test={self.split}_test",
            ]
        return found


def run_job(job: Job) -> dict[str, float]:
    """Train and measure one run, unless that has been done.

    Returns:
        The headline numbers of its test split.
    """
    from hgr.retrieval.loaded_run import load_run
    from hgr.run_evaluation import evaluate_choices, evaluate_run
    from hgr.run_training import run_training
    from hgr.settings import read_settings

    settings = read_settings(job.config, job.all_assignments)
    test = settings.data.test
    assert test is not None
    results = job.folder / "results" / f"{test}.json"
    if not results.exists():
        interrupted = (job.folder / "checkpoints").exists()
        start = time.process_time()
        finished = run_training(settings, str(job.folder), resumed=True, tensorboard=False, progress=False)
        finished |= {"processor_seconds": time.process_time() - start, "resumed": interrupted}
        (job.folder / TRAINING).write_text(json.dumps(finished, indent=1), encoding="utf-8")
        evaluate_run(load_run(job.folder), test)
    if job.choices and not (job.folder / CHOICES).exists():
        rows = evaluate_choices(load_run(job.folder), split=test)
        (job.folder / CHOICES).write_text(
            json.dumps([asdict(row) for row in rows], indent=1), encoding="utf-8"
        )
    return headline(results)


def headline(results: Path) -> dict[str, float]:
    """Text-to-video numbers and rsum of a result file, under its headline convention."""
    content = json.loads(results.read_text(encoding="utf-8"))
    fused = content["conventions"][content["headline"]]["fused"]
    return {**fused["text_to_video"], "rsum": fused["rsum"]}


def jobs_of(given: argparse.Namespace) -> list[Job]:
    """Every combination of splits and seeds that was asked for, or with `paired` one split a seed.

    Raises:
        ValueError: `paired` with another number of splits than of seeds.
    """
    out = given.out or Path("runs") / given.config.stem
    splits = given.splits.split(",") if given.splits else [None]
    seeds = [int(seed) for seed in given.seeds.split(",")]
    if given.paired and len(splits) != len(seeds):
        raise ValueError(f"--paired: expected as many splits as seeds, found {len(splits)} and {len(seeds)}")
    return [
        Job(given.config, seed, split, out / (split or "") / f"seed{seed}", tuple(given.set), given.choices)
        for split, seed in (zip(splits, seeds, strict=True) if given.paired else product(splits, seeds))
    ]


def main() -> int:
    """Command line; with several jobs each run is a process of its own with one thread."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", type=Path)
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--splits", default="")
    parser.add_argument("--paired", action="store_true", help="one split a seed, not every combination")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=C")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--choices", action="store_true", help="also true against altered captions")
    given = parser.parse_args()
    jobs = jobs_of(given)
    if given.jobs == 1 or len(jobs) == 1:
        for job in jobs:
            print(job.folder, json.dumps(run_job(job)), flush=True)
        return 0
    with ThreadPoolExecutor(given.jobs) as pool:
        codes = list(pool.map(lambda job: _in_a_process(job, given), jobs))
    return max(codes)


def _in_a_process(job: Job, given: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "experiments.run", str(job.config), "--seeds", str(job.seed)]
    command += ["--out", str(given.out or Path("runs") / given.config.stem)]
    command += ["--splits", job.split] if job.split else []
    command += ["--choices"] if job.choices else []
    for assignment in job.assignments:
        command += ["--set", assignment]
    return subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}).returncode


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(main())

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from experiments.run import jobs_of


def given(splits: str, seeds: str, *, paired: bool) -> argparse.Namespace:
    return argparse.Namespace(
        config=Path("hgr.yaml"), splits=splits, seeds=seeds, paired=paired, set=[], out=None, choices=False
    )


def test_every_split_meets_every_seed() -> None:
    jobs = jobs_of(given("a,b", "0,1", paired=False))
    assert [str(job.folder) for job in jobs] == [
        "runs/hgr/a/seed0",
        "runs/hgr/a/seed1",
        "runs/hgr/b/seed0",
        "runs/hgr/b/seed1",
    ]
    assert jobs[3].all_assignments == [
        "seed=1",
        "data.train=b_train",
        "data.validation=null",
        "data.test=b_test",
    ]


def test_paired_splits_have_one_seed_each() -> None:
    assert [(job.split, job.seed) for job in jobs_of(given("a,b", "5,6", paired=True))] == [
        ("a", 5),
        ("b", 6),
    ]
    with pytest.raises(ValueError, match="3 and 1"):
        jobs_of(given("a,b,c", "0", paired=True))

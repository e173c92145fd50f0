"""Adapters that read the original annotation files of public data sets. No data is shipped."""

from __future__ import annotations

from hgr.data.datasets import activitynet, didemo, epic, lsmdc, msrvtt, msvd, tgif, vatex, youcook2
from hgr.data.datasets.adapter import Dataset

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        msrvtt.MSRVTT,
        msvd.MSVD,
        vatex.VATEX,
        activitynet.ACTIVITYNET,
        youcook2.YOUCOOK2,
        didemo.DIDEMO,
        lsmdc.LSMDC,
        tgif.TGIF,
        epic.EPIC,
    )
}
"""Name -> adapter."""

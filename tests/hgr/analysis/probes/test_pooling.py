from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hgr.analysis.probes.generation import Probe, generate
from hgr.analysis.probes.margins_file import StoredMargins, margins_path, read_margins, write_margins
from hgr.analysis.probes.pooling import pool_probes
from hgr.analysis.probes.probe_set import write_probes
from hgr.analysis.probes.results import kind_results
from hgr.errors import DataError
from hgr.runs import RunFolder
from tests.hgr.analysis.probes.small_corpus import corpus_captions

LEVELS = ("event", "action", "entity", "fused")


def made(folder: Path, runs: int = 3) -> tuple[Path, list[Path], list[Probe], list[StoredMargins]]:
    """A probe set and runs whose margins are noise plus what the owner sees."""
    probes = list(generate(corpus_captions(), ["action", "patient"], known_words=True))
    write_probes(folder / "set.jsonl", probes, [], {})
    stored, folders = [], []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        margins = {name: rng.standard_normal(len(probes)) for name in LEVELS}
        margins["action"] += np.array([p.kind == "action" for p in probes])
        spreads = dict.fromkeys(LEVELS, 1.0 + seed)
        other = rng.standard_normal(len(probes)) if seed < 2 else None
        stored.append(StoredMargins(margins, spreads, margins["fused"] / 2, other))
        folders.append(folder / f"run{seed}")
        path = margins_path(RunFolder(folders[-1]).results("probes.set"))
        path.parent.mkdir(parents=True)
        write_margins(path, probes, stored[-1])
    return folder / "set.jsonl", folders, probes, stored


def test_one_run_pooled_is_that_run(tmp_path: Path) -> None:
    path, folders, probes, stored = made(tmp_path, 1)
    one = stored[0]
    assert list(pool_probes(path, folders).results) == kind_results(
        probes, one.margins, one.spreads, one.single_frame, one.other_video
    )


def test_pooled_rates_are_means_over_the_runs(tmp_path: Path) -> None:
    path, folders, probes, stored = made(tmp_path)
    pooled = {r.kind: r for r in pool_probes(path, folders).results}
    single = [kind_results(probes, one.margins, one.spreads, one.single_frame) for one in stored]
    for kind, result in pooled.items():
        own = [next(r for r in run if r.kind == kind) for run in single]
        assert result.videos == own[0].videos and result.pairs == 3 * own[0].pairs
        assert result.accuracy == pytest.approx(np.mean([r.accuracy for r in own]))
        assert result.right_level == pytest.approx(np.mean([r.right_level for r in own]))
    assert pooled["action"].single_frame is not None
    assert pooled["action"].other_video is None  # the last run has not measured it
    assert pooled["action"].p_value is not None and pooled["action"].p_value < 0.01


def test_other_probes_and_missing_margins_are_errors(tmp_path: Path) -> None:
    path, folders, probes, stored = made(tmp_path)
    margins = margins_path(RunFolder(folders[0]).results("probes.set"))
    with pytest.raises(DataError, match="margins of other probes"):
        read_margins(margins, probes[1:])
    with pytest.raises(DataError, match="nothing to pool"):
        pool_probes(path, [])
    with pytest.raises(DataError, match="run: hgr probe run"):
        pool_probes(path, [*folders, tmp_path / "other"])
    fewer = {name: values for name, values in stored[0].margins.items() if name != "event"}
    write_margins(margins, probes, StoredMargins(fewer, stored[0].spreads, None))
    with pytest.raises(DataError, match="its matrices are"):
        pool_probes(path, folders)
    margins.write_bytes(b"nothing")
    with pytest.raises(DataError, match="no readable margins"):
        read_margins(margins, probes)


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.99])
def test_cut_margins_are_an_error_of_the_data(kept: float, tmp_path: Path) -> None:
    path, folders, _, _ = made(tmp_path, 1)
    margins = margins_path(RunFolder(folders[0]).results("probes.set"))
    whole = margins.read_bytes()
    margins.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(DataError, match="no readable margins"):
        pool_probes(path, folders)


def test_margins_with_a_changed_byte_are_an_error_of_the_data(tmp_path: Path) -> None:
    path, folders, _, _ = made(tmp_path, 1)
    margins = margins_path(RunFolder(folders[0]).results("probes.set"))
    content = bytearray(margins.read_bytes())
    middle = content.index(b"margin/action") + 200
    content[middle] ^= 0xFF
    margins.write_bytes(bytes(content))
    with pytest.raises(DataError, match="no readable margins"):
        pool_probes(path, folders)

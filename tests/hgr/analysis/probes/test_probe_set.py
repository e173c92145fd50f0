from __future__ import annotations

import json
from pathlib import Path

import pytest

from hgr.analysis.probes.generation import generate
from hgr.analysis.probes.probe_set import count, read_probes, refine_probes, write_probes
from hgr.errors import DataError
from tests.hgr.analysis.probes.small_corpus import corpus_captions


def test_round_trip_and_passports(tmp_path: Path) -> None:
    probes = list(generate(corpus_captions(), ["action", "negated", "passive"], known_words=True))
    kept, passports = refine_probes(probes)
    by_kind = {p.kind: p for p in passports}
    assert by_kind["negated"].blind_after is not None and by_kind["negated"].blind_after > 0.95
    assert by_kind["negated"].hackable and by_kind["negated"].kept == by_kind["negated"].made
    assert by_kind["passive"].blind_before is None
    assert not by_kind["action"].hackable
    assert count(kept) == {p.kind: p.kept for p in passports}
    write_probes(tmp_path / "p.jsonl", kept, passports, {"folder": "x"})
    again, passports_again, about = read_probes(tmp_path / "p.jsonl")
    assert again == kept and passports_again == passports and about == {"folder": "x"}


def test_damaged_files_are_errors(tmp_path: Path) -> None:
    probes = list(generate(corpus_captions(1), ["negated"], known_words=True))[:3]
    path = tmp_path / "p.jsonl"
    write_probes(path, probes, [], {})
    lines = path.read_text().splitlines()
    record = json.loads(lines[2])
    for wrong in ({**record, "kind": "nothing"}, {**record, "text": 3}, {**record, "graph": {"nodes": 1}}):
        path.write_text("\n".join([*lines[:2], json.dumps(wrong)]))
        with pytest.raises(DataError, match=r"p\.jsonl:3"):
            read_probes(path)
    path.write_text(json.dumps({**json.loads(lines[0]), "version": 9}))
    with pytest.raises(DataError, match="not a probe set"):
        read_probes(path)
    with pytest.raises(DataError):
        read_probes(tmp_path / "nothing.jsonl")

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graphs.build import build_role_graph
from hgr import Retriever
from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.probe_set import write_probes
from hgr.analysis.probes.running import PROBES_CAPTIONS, run_probes
from hgr.analysis.probes.scoring import elsewhere, encode_probes, level_spreads, middle_frame, probe_margins
from hgr.data.items import VideoItem
from hgr.errors import DataError
from hgr.run_evaluation import evaluate_run
from tests.hgr.retrieval.small_run import SmallParser, captions, make_run, parse


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("probed"))


@pytest.fixture
def retriever(run_folder: Path) -> Retriever:
    return Retriever.load(run_folder, parser=SmallParser())


def probes() -> list[Probe]:
    """Every caption with its verb exchanged, videos mixed up in order."""
    found = []
    for caption in captions(24):
        old, new = ("pushes", "lifts") if "pushes" in caption.text else ("lifts", "pushes")
        altered = caption.text.replace(old, new)
        graph = build_role_graph(parse(altered))
        found.append(
            Probe(
                f"{caption.id}/action/0",
                "action",
                caption.id,
                caption.video,
                caption.text,
                altered,
                old,
                new,
                graph,
            )
        )
    return found


def test_margins_are_those_of_the_pairs_one_by_one(retriever: Retriever) -> None:
    listed = probes()
    found = probe_margins(retriever, listed)
    assert set(found) == {"fused", *retriever.levels}
    for i in (0, 5, 13, 23):
        video = retriever.encode_videos(listed[i].video)
        true = retriever.similarity(retriever.encode_text(listed[i].text), video)
        altered = retriever.similarity(retriever.encode_text(listed[i].altered), video)
        for name, values in found.items():
            assert values[i] == pytest.approx((true[name] - altered[name]).item(), abs=1e-5)


def test_edited_graphs_equal_parsed_ones_where_the_edit_is_right(retriever: Retriever) -> None:
    listed = probes()
    originals = {c.text: build_role_graph(parse(c.text)) for c in captions(24)}
    encoded = encode_probes(retriever, listed, graphs="edited", originals=originals)
    edited = probe_margins(retriever, listed, encoded=encoded)
    for name, values in probe_margins(retriever, listed).items():
        assert np.allclose(values, edited[name], atol=1e-6)
    with pytest.raises(DataError, match="has no role graph"):
        encode_probes(retriever, listed, graphs="edited", originals={})


def test_one_frame_is_the_middle_one(retriever: Retriever) -> None:
    frames = np.arange(10).reshape(5, 2)
    assert middle_frame(VideoItem("v", {"a": frames})).streams["a"].tolist() == [[4, 5]]
    whole, single = probe_margins(retriever, probes()), probe_margins(retriever, probes(), single_frame=True)
    assert not np.allclose(whole["fused"], single["fused"])


def test_elsewhere_gives_every_probe_another_video() -> None:
    listed = probes()
    moved = elsewhere(listed)
    assert moved is not None
    assert all(a.video != b.video and a.text == b.text for a, b in zip(listed, moved, strict=True))
    assert {p.video for p in moved} == {p.video for p in listed}
    assert elsewhere(listed[:1]) is None


def test_texts_encoded_once_serve_other_videos_too(retriever: Retriever) -> None:
    listed = probes()
    encoded, moved = encode_probes(retriever, listed), elsewhere(listed)
    assert moved is not None
    for given in (listed, moved):
        for name, values in probe_margins(retriever, given).items():
            assert np.allclose(values, probe_margins(retriever, given, encoded=encoded)[name], atol=1e-6)


def test_a_video_without_features_is_named(retriever: Retriever) -> None:
    lost = [
        *probes(),
        Probe("x", "action", "x", "nowhere", "a b pushes", "a b lifts", "", "", probes()[0].graph),
    ]
    with pytest.raises(DataError, match="no features of 1 of 13 videos of the probes, e.g. 'nowhere'"):
        probe_margins(retriever, lost)


def test_spreads_come_from_a_split_that_is_there(
    run_folder: Path, retriever: Retriever, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_probes(tmp_path / "set.jsonl", probes(), [], {})
    monkeypatch.setattr(Retriever, "load", classmethod(lambda cls, path, checkpoint: retriever))
    quick = {"single_frame": False, "other_video": False}
    assert run_probes(run_folder, tmp_path / "set.jsonl", **quick).about["spreads_from"] == PROBES_CAPTIONS
    with pytest.raises(
        DataError, match="nosuch: no stored similarities; run: hgr evaluate .* --split nosuch"
    ):
        run_probes(run_folder, tmp_path / "set.jsonl", validation="nosuch", **quick)
    settings = retriever.run.settings.evaluation.model_copy(update={"keep_similarity": True})
    evaluate_run(retriever.run, "test", settings=settings)
    found = run_probes(run_folder, tmp_path / "set.jsonl", validation="test", **quick)
    assert found.about["spreads_from"] == "test"


def test_run_writes_results(
    run_folder: Path, retriever: Retriever, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_probes(tmp_path / "set.jsonl", probes(), [], {})
    monkeypatch.setattr(Retriever, "load", classmethod(lambda cls, path, checkpoint: retriever))
    found = run_probes(run_folder, tmp_path / "set.jsonl")
    (result,) = found.results
    assert (result.kind, result.owner, result.pairs, result.videos) == ("action", "action", 24, 12)
    assert (
        result.single_frame is not None and result.other_video is not None and result.right_level is not None
    )
    assert (run_folder / "results" / "probes.set.json").is_file()
    assert all(spread > 0 for spread in level_spreads(retriever, probes(), None).values())
    write_probes(tmp_path / "none.jsonl", [], [], {})
    with pytest.raises(DataError, match="no probes in it"):
        run_probes(run_folder, tmp_path / "none.jsonl")

"""COOT's metadata and features, and text features in training."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from graphs.formats import event_only, write_role_graphs
from hgr.cli.main import run
from hgr.data.features import FeatureStore
from hgr.data.folder import load_folder
from hgr.data.prepare import prepare
from hgr.data.spec import DataSpec
from hgr.data.text_features import open_text_streams, with_text_features
from hgr.errors import DataError
from hgr.importers.checkpoints import Source, import_checkpoint
from hgr.importers.coot_data import import_coot_data
from hgr.models.coot import COOT, COOTConfig
from hgr.retrieval.loaded_run import load_run
from hgr.run_evaluation import evaluate_run
from hgr.run_training import run_training
from hgr.settings import Settings, check_settings


def published_names(state: dict[str, torch.Tensor]) -> dict[str, dict[str, torch.Tensor]]:
    """The reverse of the importer, written out: {network: state dict}."""
    attention = "encoder_layers.0.self_attention_layer."
    inner = "encoder_layers.0.pointwise_feedforward_layer."
    pieces = (
        (".norm.", ".norm_input."),
        (".projection.", ".input_fc.mlp.0."),
        (".layer.", ".tf."),
        (".context.", ".tf_context."),
        (".attention_norm.", f".{attention}layer_normalization."),
        (".forward_norm.", f".{inner}layer_normalization."),
        (".expand.", f".{inner}sublayer.feed_forward.0."),
        (".contract.", f".{inner}sublayer.feed_forward.3."),
        *(
            (f".attention.{n}.", f".{attention}sublayer.{n}_projection.")
            for n in ("query", "key", "value", "final")
        ),
        (".pooling.first_bias", ".pooler.pools.0.genpool_b1_head"),
        (".pooling.second_bias", ".pooler.pools.0.genpool_b2_head"),
        (".pooling.first", ".pooler.pools.0.genpool_w1_head"),
        (".pooling.second", ".pooler.pools.0.genpool_w2_head"),
    )
    found: dict[str, dict[str, torch.Tensor]] = {}
    for key, value in state.items():
        side, part, rest = key.split(".", 2)
        name = f".{rest}"
        for own, published in pieces:
            name = name.replace(own, published)
        network = f"net_{side}_{'local' if part == 'local' else 'global'}"
        found.setdefault(network, {})[name[1:]] = value
    return found


KEYS = {f"vid{i:08d}_{'train' if i < 6 else 'val_1'}": f"vid{i:08d}" for i in range(8)}
SENTENCES = ("a man walks .", "he feeds the dog", "they go home")


def write_metadata(path: Path, **changes: Any) -> Path:
    content = {
        key: {
            "data_key": name,
            "split": key.split("_", 1)[1],
            "duration_sec": 9.0,
            "segments": [
                {"text": f"{text} {i % 4}", "start_sec": 3.0 * k, "stop_sec": 3.0 * k + 3}
                for k, text in enumerate(SENTENCES[: 2 + i % 2])
            ],
        }
        | changes
        for i, (key, name) in enumerate(KEYS.items())
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def write_video(path: Path, skip: int = 0) -> Path:
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        for name in list(KEYS.values())[skip:]:
            file[name] = rng.standard_normal((12, 5)).astype(np.float32)
    return path


def write_text(folder: Path) -> dict[str, Path]:
    rng, counts = np.random.default_rng(1), {}
    with h5py.File(folder / "text.h5", "w") as file:
        for i, key in enumerate(KEYS):
            counts[key] = [3 + k for k in range(2 + i % 2)]
            file[key] = rng.standard_normal((sum(counts[key]), 4)).astype(np.float32)
    (folder / "splits.json").write_text(json.dumps(counts), encoding="utf-8")
    return {"text_features": folder / "text.h5", "sentence_splits": folder / "splits.json"}


def test_folder_and_features(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = import_coot_data(
        write_metadata(tmp_path / "meta.json"),
        out,
        video_features=write_video(tmp_path / "video.h5", skip=1),
        **write_text(tmp_path),
    )
    assert (found.videos, found.sentences, found.splits) == (8, 20, {"train": 6, "val_1": 2})
    assert found.without_features == ("vid00000000_train",) and found.without_text_features == ()
    data = load_folder(out)
    assert data.captions[0].text == "a man walks . 0 he feeds the dog 0"
    assert data.captions[1].segments[2].text == "they go home 1" and data.videos[0].duration == 9.0
    text = FeatureStore.open(out / "text_features").stream("words")
    with h5py.File(tmp_path / "text.h5") as file:
        expected = np.asarray(file["vid00000001_train"])
    assert [len(text[f"vid00000001_train#{k}"]) for k in range(3)] == [3, 4, 5]
    np.testing.assert_allclose(text["vid00000001_train#1"], expected[3:7], atol=1e-2)


def test_activitynet_npz_with_shared_videos(tmp_path: Path) -> None:
    features = tmp_path / "icep"
    features.mkdir()
    scores = np.random.default_rng(0).standard_normal((6, 1, 5, 1, 1)).astype(np.float32)
    for name in KEYS.values():
        np.savez(features / f"v_{name}.npz", frame_scores=scores)
    out = tmp_path / "out"
    import_coot_data(write_metadata(tmp_path / "meta.json"), out, video_features=features)
    stored = FeatureStore.open(out / "features").stream("frames")["vid00000007_val_1"]
    np.testing.assert_allclose(stored, scores[:, 0, :, 0, 0], atol=1e-2)


def test_swapped_and_empty_times_are_mended_and_reported(tmp_path: Path) -> None:
    segments = [
        {"text": "a  man", "start_sec": 5, "stop_sec": 2},
        {"text": "he", "start_sec": 4, "stop_sec": 4},
    ]
    found = import_coot_data(write_metadata(tmp_path / "m.json", segments=segments), tmp_path / "out")
    assert len(found.mended) == 8
    first = load_folder(tmp_path / "out").captions[0].segments
    assert (first[0].start, first[0].end, first[0].text) == (2.0, 5.0, "a man") and first[1].end > first[
        1
    ].start


@pytest.mark.parametrize("changes", [{"segments": []}, {"duration_sec": 0}, {"segments": [{"text": "x"}]}])
def test_malformed_annotations_name_the_key(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="vid00000000_train"):
        import_coot_data(write_metadata(tmp_path / "m.json", **changes), tmp_path / "out")


def test_text_features_must_fit_their_sentences(tmp_path: Path) -> None:
    files = write_text(tmp_path)
    files["sentence_splits"].write_text(json.dumps({key: [1, 1] for key in KEYS}), encoding="utf-8")
    with pytest.raises(DataError, match="expected 2 numbers that sum to 7"):
        import_coot_data(write_metadata(tmp_path / "m.json"), tmp_path / "out", **files)
    assert not (tmp_path / "out" / "text_features").exists()


def test_other_files_are_refused(tmp_path: Path) -> None:
    meta = write_metadata(tmp_path / "m.json")
    with pytest.raises(DataError, match="not an HDF5 file"):
        import_coot_data(meta, tmp_path / "out", video_features=meta)
    with pytest.raises(DataError, match="none of the 8"):
        with h5py.File(tmp_path / "other.h5", "w") as file:
            file["x"] = np.zeros((2, 2))
        import_coot_data(meta, tmp_path / "out", video_features=tmp_path / "other.h5")


def coot_settings(folder: Path, **data: Any) -> Settings:
    section = {
        "folder": str(folder),
        "text_features": [str(folder / "text_features")],
        "validation": None,
        "test": "val_1",
        "max_frames": None,
    }
    model = {"system": "coot", "width": 8, "heads": 2, "pool_hidden": 8}
    objective = {
        "weights": {"video": 1.0, "clip": 1.0},
        "auxiliary": {"cluster_clip": 1.0, "cycle_clip": 0.01},
    }
    training = {"epochs": 1, "batch_size": 4}
    return check_settings(
        {"name": "t", "data": section | data, "model": model, "objective": objective, "training": training}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    files = write_text(tmp_path)
    code = run(
        ["import-coot", str(write_metadata(tmp_path / "m.json")), str(out)]
        + ["--video-features", str(write_video(tmp_path / "video.h5"))]
        + ["--text-features", str(files["text_features"]), "--sentence-splits", str(files["sentence_splits"])]
    )
    assert code == 0
    texts = [
        text
        for caption in load_folder(out).captions
        for text in (caption.text, *(p.text for p in caption.segments))
    ]
    write_role_graphs(out / "graphs.jsonl", [(text, event_only(text)) for text in dict.fromkeys(texts)])
    return out


def test_coot_trains_on_text_features(folder: Path, tmp_path: Path) -> None:
    run_training(coot_settings(folder), str(tmp_path / "run"))
    assert (tmp_path / "run" / "checkpoints" / "last").exists()


def test_a_published_checkpoint_evaluates_on_published_features(folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = COOTConfig(width=8, heads=8, pool_hidden=8)
    model = COOT(config, DataSpec(streams={"frames": 5}, text_streams={"words": 4}))
    torch.save(published_names(model.state_dict()), tmp_path / "model_1.pth")
    data = {"folder": str(folder), "text_features": [str(folder / "text_features")], "max_frames": None}
    import_checkpoint("coot", Source(tmp_path / "model_1.pth", None, {}, {}), data, tmp_path / "run")
    run = load_run(tmp_path / "run")
    assert run.settings.model.legacy_padding  # type: ignore[attr-defined]
    result = evaluate_run(run, "val_1")
    assert result.num_texts == 2 and {"video", "clip", "context", "fused"} == set(result.matrices)


def test_paragraphs_are_their_sentences_in_a_row(folder: Path) -> None:
    data = prepare(coot_settings(folder), ["train"])
    assert dict(data.spec.text_streams) == {"words": 4}
    text = data.splits["train"].texts[1]
    parts = [part["words"] for part in text.segment_streams]
    assert [len(part) for part in parts] == [3, 4, 5]
    np.testing.assert_array_equal(text.streams["words"], np.concatenate(parts))


def test_a_model_of_text_features_needs_them_again(folder: Path) -> None:
    spec = prepare(coot_settings(folder), ["train"]).spec
    with pytest.raises(DataError, match="text features: the model was trained on"):
        prepare(coot_settings(folder, text_features=[]), ["val_1"], spec)


def test_missing_sentences_are_listed(folder: Path) -> None:
    streams, widths = open_text_streams([str(folder / "text_features")])
    text = prepare(coot_settings(folder, text_features=[]), ["train"]).splits["train"].texts[0]
    strange = replace(text, caption=replace(text.caption, id="new"))
    assert widths == {"words": 4} and len(with_text_features([text], streams)[0].segment_streams) == 2
    with pytest.raises(
        DataError, match="text stream 'words' lacks 2 captions or sentences, the first: new#0, new#1"
    ):
        with_text_features([text, strange], streams)


def test_the_same_stream_twice_is_an_error(folder: Path) -> None:
    with pytest.raises(DataError, match="in another of the stores"):
        open_text_streams([str(folder / "text_features")] * 2)

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hgr.errors import DataError
from hgr.importers.annotations import import_annotations
from hgr.importers.checkpoints import Source, import_checkpoint
from hgr.importers.hgr import convert, read_checkpoint
from hgr.retrieval.loaded_run import load_run
from hgr.run_evaluation import evaluate_run
from tests.hgr.importers import published_files
from tests.hgr.importers.stores import write_store


@pytest.fixture
def root(tmp_path: Path) -> Path:
    published_files.annotations(tmp_path / "hgr")
    import_annotations(tmp_path / "hgr", tmp_path / "data")
    generator = np.random.default_rng(0)
    frames = {f"video{i}": generator.standard_normal((4, published_files.FRAME_WIDTH)) for i in (1, 2, 3)}
    write_store(tmp_path / "data" / "features", frames)
    torch.save(published_files.weights(), tmp_path / "epoch.1.th")
    return tmp_path


def test_an_imported_checkpoint_is_a_run(root: Path) -> None:
    words = root / "hgr" / "annotation" / "RET" / "word2int.json"
    source = Source(root / "epoch.1.th", words, {}, {})
    import_checkpoint("hgr", source, {"folder": str(root / "data")}, root / "run")
    run = load_run(root / "run")
    assert run.settings.model.missing_level == "zero" and run.settings.model.max_entities == 6  # type: ignore[attr-defined]
    result = evaluate_run(run, "val")
    assert result.num_texts == 2 and (root / "run" / "results" / "val.json").is_file()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {},
            {
                "text_encoder": "bigru",
                "graph_layers": 1,
                "graph_attention": True,
                "share_video_encoder": False,
            },
        ),
        ({"cell": "lstm"}, {"text_encoder": "bilstm"}),
        ({"layers": 2, "attention": False}, {"graph_layers": 2, "graph_attention": False}),
        ({"shared": True}, {"share_video_encoder": True}),
    ],
)
def test_options_are_recovered_from_the_shapes(options: dict[str, Any], expected: dict[str, Any]) -> None:
    imported = convert(published_files.weights(**options))
    assert imported.config.model_dump(include=set(expected)) == expected
    assert (imported.frame_width, imported.num_words) == (
        published_files.FRAME_WIDTH,
        len(published_files.WORDS),
    )


def test_a_foreign_key_is_named() -> None:
    broken = published_files.weights()
    broken["text_encoder"]["embedding.extra"] = torch.zeros(1)
    with pytest.raises(DataError, match="embedding.extra"):
        convert(broken)


def test_a_pickle_with_objects_is_refused_and_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    class Gadget:
        def __reduce__(self) -> Any:
            return (Path.touch, (canary,))

    (tmp_path / "epoch.1.th").write_bytes(pickle.dumps(Gadget()))
    torch.save({"video_encoder": Gadget()}, tmp_path / "epoch.2.th")
    for name in ("epoch.1.th", "epoch.2.th"):
        with pytest.raises(DataError, match="refused"):
            read_checkpoint(tmp_path / name)
    assert not canary.exists()


def test_a_vocabulary_of_another_size_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("a\nb\n", encoding="utf-8")
    source = Source(root / "epoch.1.th", tmp_path / "words.txt", {}, {})
    with pytest.raises(DataError, match="2 words"):
        import_checkpoint("hgr", source, {"folder": str(root / "data")}, root / "run2")

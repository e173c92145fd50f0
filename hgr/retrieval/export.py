"""The level embeddings of a split's captions and videos as plain arrays, for use outside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hgr.data.prepare import prepare
from hgr.evaluation import encode_all
from hgr.retrieval.embedding_folder import EmbeddingFolder, write_embeddings
from hgr.retrieval.index import Progress
from hgr.retrieval.loaded_run import LoadedRun


@dataclass(frozen=True)
class Exported:
    """What was written where."""

    path: Path
    texts: int
    videos: int
    levels: tuple[str, ...]


def export_embeddings(run: LoadedRun, split: str, out: Path, *, progress: Progress | None = None) -> Exported:
    """Write `out/text` and `out/video`: `<level>.npy`, `<level>.offsets.npy` and `index.json` each.

    Args:
        run: The run.
        split: Name of the split.
        out: Folder to make; earlier embeddings in it are replaced.
        progress: (iterable, description, length) -> iterable, for a progress bar.

    Raises:
        DataError: No such split, features that are missing or made in another way than those of the training, or a
            folder that holds something else.
    """
    data = prepare(run.settings, [split], run.spec, run.recipes).splits[split]
    settings = run.settings.evaluation
    texts, videos = encode_all(
        run.model, run.inputs, data.texts, data.videos, settings.batch_size, run.device, progress=progress
    )
    stamp = {"weights": run.weights, "features": run.feature_digest, "split": split}
    captions = [item.caption for item in data.texts]
    out.mkdir(parents=True, exist_ok=True)
    notes = {"texts": [c.text for c in captions], "videos": [c.video for c in captions]}
    ids = tuple(caption.id for caption in captions)
    write_embeddings(out / "text", EmbeddingFolder("text", ids, texts, stamp, notes))
    write_embeddings(out / "video", EmbeddingFolder("video", data.videos.ids, videos, stamp))
    return Exported(out, len(texts), len(videos), tuple(run.model.levels))

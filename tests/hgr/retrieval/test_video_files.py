from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graphs.build import build_role_graph
from graphs.formats import write_role_graphs
from hgr import Retriever
from hgr.checkpoint import save_checkpoint
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video
from hgr.data.prepare import prepare
from hgr.errors import DataError
from hgr.systems import build_system
from hgr.video.backbones import load_backbone
from hgr.video.errors import VideoReadError
from hgr.video.extraction import extract_features
from tests.hgr.retrieval.small_run import SmallParser, parse, small_settings
from tests.hgr.video.making import make_video


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose features were made here, by the grid backbone, from two real files."""
    root = tmp_path_factory.mktemp("files")
    data = root / "data"
    data.mkdir()
    for name, frames in (("a", 40), ("b", 25)):
        make_video(data / f"{name}.mp4", frames)
    captions = [Caption(f"c{v}", v, "a red ball pushes a box") for v in ("a", "b")]
    videos = [Video("a", "a.mp4", duration=2.0), Video("b", "b.mp4", duration=1.25)]
    write_folder(data, captions, videos, {"train": ["a", "b"]})
    extract_features(
        data, data / "features", load_backbone("grid"), frames=6, dtype="float32", workers=1, seconds=60
    )
    settings = small_settings(data)
    write_role_graphs(
        data / "graphs.jsonl", [(c.text, build_role_graph(parse(c.text))) for c in captions[:1]]
    )
    prepared = prepare(settings, ["train"])
    torch.manual_seed(0)
    model = build_system(settings.model, prepared.spec)
    where = root / "run" / "checkpoints" / "best"
    save_checkpoint(
        where,
        settings=settings,
        spec=prepared.spec,
        weights=model.state_dict(),
        recipes=prepared.recipes,
    )
    return root / "run"


def test_a_file_is_encoded_as_its_features_are(run: Path) -> None:
    retriever = Retriever.load(run, parser=SmallParser())
    folder = run.parent / "data"
    by_id = retriever.encode_videos(["a", "b"])
    by_path = retriever.encode_videos([folder / "a.mp4", str(folder / "b.mp4")])
    for level in by_id:
        torch.testing.assert_close(by_id[level].vectors, by_path[level].vectors, atol=1e-5, rtol=1e-4)
        assert torch.equal(by_id[level].mask, by_path[level].mask)


def test_what_is_no_video_says_so(run: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("not a video")
    retriever = Retriever.load(run, parser=SmallParser())
    with pytest.raises(VideoReadError, match="text.mp4"):
        retriever.encode_videos(tmp_path / "text.mp4")
    with pytest.raises(DataError, match="neither one of the 2 ids"):
        retriever.encode_videos(tmp_path / "gone.mp4")

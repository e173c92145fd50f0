"""The table of backbones, and small networks of several kinds against their own preprocessing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hgr.errors import DataError
from hgr.video.backbones import BACKBONES, load_backbone
from hgr.video.grid import grid_features

transformers = pytest.importorskip("transformers")
import torch  # noqa: E402
from PIL import Image  # noqa: E402

VISION = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 32,
}
TOWER = {**VISION, "patch_size": 8}
TEXT = {
    k: VISION[k] for k in ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
}
SETTINGS = {
    "image_mean": [0.4, 0.5, 0.6],
    "image_std": [0.2, 0.3, 0.25],
    "rescale_factor": 1 / 255,
    "do_resize": True,
    "do_rescale": True,
    "do_normalize": True,
}


def _save(folder: Path, model: object, processor: str, **settings: object) -> Path:
    model.save_pretrained(folder)  # type: ignore[attr-defined]
    content = {**SETTINGS, "image_processor_type": processor, **settings}
    (folder / "preprocessor_config.json").write_text(json.dumps(content))
    return folder


def _clip(folder: Path) -> Path:
    config = transformers.CLIPConfig(
        vision_config=TOWER, text_config={**TEXT, "vocab_size": 50}, projection_dim=12
    )
    cut = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}, "do_center_crop": True}
    return _save(folder, transformers.CLIPModel(config), "CLIPImageProcessor", resample=3, **cut)


def _siglip(folder: Path) -> Path:
    config = transformers.SiglipConfig(vision_config=TOWER, text_config={**TEXT, "vocab_size": 50})
    size = {"height": 32, "width": 32}
    return _save(folder, transformers.SiglipModel(config), "SiglipImageProcessor", resample=2, size=size)


def _dinov2(folder: Path) -> Path:
    model = transformers.Dinov2Model(transformers.Dinov2Config(**TOWER))
    cut = {"size": {"shortest_edge": 36}, "crop_size": {"height": 32, "width": 32}, "do_center_crop": True}
    return _save(folder, model, "BitImageProcessor", resample=3, **cut)


def _vit(folder: Path) -> Path:
    model = transformers.ViTModel(transformers.ViTConfig(**TOWER), add_pooling_layer=False)
    return _save(folder, model, "ViTImageProcessor", resample=2, size={"height": 32, "width": 32})


NETWORKS = {"clip": (_clip, 12), "siglip": (_siglip, 16), "dinov2": (_dinov2, 16), "vit": (_vit, 16)}


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (3, 50, 70, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", NETWORKS)
def test_features_equal_those_of_the_network_with_its_own_processor(
    tmp_path: Path, images: np.ndarray, kind: str
) -> None:
    make, dim = NETWORKS[kind]
    torch.manual_seed(0)
    folder = make(tmp_path / kind)
    backbone = load_backbone(f"transformers:{folder}")
    assert backbone.dim == dim and backbone.name == f"transformers:{folder}"
    ours = backbone(np.stack([backbone.shape.apply(image) for image in images]))
    assert ours.shape == (3, dim) and ours.dtype == np.float32

    processor = transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True, backend="pil")
    pixels = processor([Image.fromarray(image) for image in images], return_tensors="pt")["pixel_values"]
    model = transformers.AutoModel.from_pretrained(folder, local_files_only=True).eval()
    with torch.inference_mode():
        if kind == "clip":
            theirs = model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)
        elif kind == "siglip":
            theirs = model.vision_model(pixel_values=pixels).pooler_output
        elif kind == "dinov2":
            theirs = model(pixel_values=pixels).pooler_output
        else:
            theirs = model(pixel_values=pixels).last_hidden_state.mean(1)
    assert np.allclose(ours, theirs.numpy(), atol=1e-4)


def test_digest_follows_the_weights(tmp_path: Path) -> None:
    torch.manual_seed(0)
    first = load_backbone(f"transformers:{_dinov2(tmp_path / 'a')}").weights
    torch.manual_seed(0)
    same = load_backbone(f"transformers:{_dinov2(tmp_path / 'b')}").weights
    other = load_backbone(f"transformers:{_dinov2(tmp_path / 'c')}").weights
    assert first is not None and first.startswith("sha256:") and first == same != other


def test_a_pooler_without_weights_is_not_used(tmp_path: Path) -> None:
    backbone = load_backbone(f"transformers:{_vit(tmp_path / 'vit')}")
    assert backbone.options["output"] == "mean of last_hidden_state"


def test_missing_weights_are_an_error(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = _dinov2(tmp_path / "a")
    weights = load_file(folder / "model.safetensors")
    weights.pop("layernorm.weight")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DataError, match="1 weights are missing, the first is 'layernorm.weight'"):
        load_backbone(f"transformers:{folder}")


def test_unknown_steps_of_preprocessing_are_an_error(tmp_path: Path) -> None:
    folder = _dinov2(tmp_path / "a")
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").write_text(json.dumps({**settings, "resample": 5}))
    with pytest.raises(DataError, match="resample 5 is not supported"):
        load_backbone(f"transformers:{folder}")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet", "expected one of grid, transformers"),
        ("grid:fine", "expected 'grid' alone"),
        ("transformers", "expected 'transformers:<folder or hub name>'"),
        ("transformers:/nowhere/at/all", "no such folder"),
        ("transformers:nobody/no-such-model", "not on this machine; --download fetches it"),
    ],
)
def test_what_is_not_there_is_a_clear_error(name: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_backbone(name)


def test_folder_without_weights(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found no config.json"):
        load_backbone(f"transformers:{tmp_path}")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(DataError, match="expected weights"):
        load_backbone(f"transformers:{tmp_path}")


def test_grid_is_in_the_table(images: np.ndarray) -> None:
    backbone = load_backbone("grid")
    frames = np.stack([backbone.shape.apply(image) for image in images])
    assert set(BACKBONES) == {"grid", "transformers"}
    assert np.array_equal(backbone(frames), grid_features(frames)) and backbone.weights is None


def test_mobilenet_loads_without_download(shared_data: Path) -> None:
    backbone = load_backbone(f"transformers:{shared_data / 'weights' / 'mobilenet_v2_imagenet'}")
    frames = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    features = backbone(frames)
    assert features.shape == (2, 1280) and features.min() >= 0 and 0 < features.max() <= 6

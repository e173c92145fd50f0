"""Image networks in the `transformers` format: CLIP, SigLIP, DINOv2, ViT, MobileNetV2, ... one feature a frame."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from hgr.errors import DataError
from hgr.video.sampling import FrameShape

IMAGE_TOWERS = {"clip": "CLIPVisionModelWithProjection", "siglip": "SiglipVisionModel"}
"""Model type of networks with a text tower -> the class that loads the image tower alone."""
WEIGHT_FILES = ("*.safetensors", "pytorch_model*.bin")
RESAMPLE_NAMES = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box"}
"""Pillow's numbers, which preprocessor files hold."""
BATCH = 16
"""Frames that go through the network at once; bounds the memory of long clips."""


class TransformersBackbone:
    """An image network with its own preprocessing; the pooled output of each frame.

    Attributes:
        name: "transformers:" and the folder's absolute path or the hub's name.
        dim: Width D of the features.
        weights: "sha256:..." over the weight files.
        options: Which output is taken, and how pixels are normalized.
        shape: The size of frames that it takes.

    Args:
        source: A folder with config.json, weights and preprocessor_config.json, or a name on the hub whose files are
            in the local cache.
        device: Where the network runs.
        download: Whether files that are not in the cache may be fetched from the hub.

    Raises:
        DataError: Files are missing, the weights do not fill the network, or a preprocessing step is not known.
    """

    def __init__(self, source: str, *, device: str = "cpu", download: bool = False) -> None:
        import torch

        folder = _resolve(source, download)
        self.name = f"transformers:{folder.resolve() if Path(source).is_dir() else source}"
        self.shape, mean, deviation, scale = _preprocessing(folder)
        self._model, pooled = _load_model(folder)
        self._model.to(device).eval()
        self._device = device
        self._mean = torch.tensor(mean, device=device).view(1, 3, 1, 1)
        self._deviation = torch.tensor(deviation, device=device).view(1, 3, 1, 1)
        self._scale = scale
        self._pooled = pooled
        self.weights: str | None = _digest(folder)
        self.options: Mapping[str, Any] = {
            "output": pooled,
            "mean": mean,
            "deviation": deviation,
            "scale": scale,
        }
        blank = np.zeros((1, self.shape.height, self.shape.width, 3), np.uint8)
        self.dim = int(self(blank).shape[1])

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """Features of a clip's frames.

        Args:
            frames: (F, height, width, 3) uint8.

        Returns:
            (F, D) float32.
        """
        import torch

        parts = []
        with torch.inference_mode():
            for first in range(0, len(frames), BATCH):
                pixels = torch.from_numpy(np.array(frames[first : first + BATCH])).to(self._device)
                pixels = pixels.permute(0, 3, 1, 2).float() * self._scale
                output = self._model(pixel_values=(pixels - self._mean) / self._deviation)
                parts.append(_pool(output, self._pooled).float().cpu().numpy())
        return np.concatenate(parts)


def _pool(output: Any, pooled: str) -> Any:
    """One vector a frame, (B, D), from what the network returns."""
    if pooled == "mean of last_hidden_state":
        hidden = output.last_hidden_state
        return hidden.flatten(2).mean(2) if hidden.ndim == 4 else hidden.mean(1)
    return getattr(output, pooled).flatten(1)


def _resolve(source: str, download: bool) -> Path:
    """The folder that holds the files."""
    path = Path(source)
    if path.is_dir():
        folder = path
    else:
        if path.is_absolute() or source.startswith(".") or source.count("/") > 1:
            raise DataError(f"backbone 'transformers:{source}': no such folder")
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

        try:
            patterns = ["*.json", "*.safetensors"]
            folder = Path(snapshot_download(source, local_files_only=not download, allow_patterns=patterns))
        except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
            hint = (
                f"it cannot be downloaded ({type(error).__name__})" if download else "--download fetches it"
            )
            raise DataError(f"backbone 'transformers:{source}': not on this machine; {hint}") from error
    if not (folder / "config.json").is_file():
        raise DataError(f"{folder}: expected a transformers folder, found no config.json")
    if not _weight_files(folder):
        raise DataError(f"{folder}: expected weights ({' or '.join(WEIGHT_FILES)}), found none")
    return folder


def _preprocessing(folder: Path) -> tuple[FrameShape, list[float], list[float], float]:
    """Frame shape, mean, deviation and scale from the folder's preprocessor file."""
    from transformers import AutoImageProcessor

    try:
        settings = AutoImageProcessor.from_pretrained(
            str(folder), local_files_only=True, backend="pil"
        ).to_dict()
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise DataError(f"{folder}: no image preprocessing can be loaded: {error}") from error
    for step in ("do_pad", "do_thumbnail", "do_align_long_axis", "do_rescale_offset", "crop_pct"):
        if settings.get(step):
            raise DataError(f"{folder}: preprocessing step {step} is not supported")
    size, crop = settings.get("size") or {}, settings.get("crop_size") or {}
    if not settings.get("do_resize", True):
        raise DataError(f"{folder}: expected preprocessing that resizes, found do_resize false")
    resample = RESAMPLE_NAMES.get(int(settings.get("resample", 2)))
    if resample is None:
        raise DataError(f"{folder}: resample {settings.get('resample')!r} is not supported")
    try:
        if "shortest_edge" in size:
            edge = size["shortest_edge"]
            cut = crop if settings.get("do_center_crop") else {"height": edge, "width": edge}
            shape = FrameShape(cut["height"], cut["width"], edge, resample)
        elif settings.get("do_center_crop") and crop != size:
            raise DataError(f"{folder}: center crop {crop} after resizing to {size} is not supported")
        else:
            shape = FrameShape(size["height"], size["width"], None, resample)
    except KeyError as error:
        raise DataError(
            f"{folder}: expected a preprocessing size in height and width, found {size}"
        ) from error
    normalize = settings.get("do_normalize", True)
    mean = [float(value) for value in settings["image_mean"]] if normalize else [0.0] * 3
    deviation = [float(value) for value in settings["image_std"]] if normalize else [1.0] * 3
    scale = float(settings.get("rescale_factor", 1 / 255)) if settings.get("do_rescale", True) else 1.0
    return shape, mean, deviation, scale


def _load_model(folder: Path) -> tuple[Any, str]:
    """The image network, and which output is its pooled one."""
    import transformers

    try:
        config = transformers.AutoConfig.from_pretrained(str(folder), local_files_only=True)
        loader = getattr(transformers, IMAGE_TOWERS.get(config.model_type, "AutoModel"))
        if config.model_type == "clip":
            config.vision_config.projection_dim = config.projection_dim  # the tower alone reads its own entry
        with _quiet():
            model, report = loader.from_pretrained(
                str(folder),
                config=config.vision_config if config.model_type in IMAGE_TOWERS else config,
                local_files_only=True,
                output_loading_info=True,
                dtype="float32",
                trust_remote_code=False,
            )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise DataError(f"{folder}: the network cannot be loaded: {error}") from error
    missing = sorted(str(key) for key in report["missing_keys"])
    unfilled = [key for key in missing if "pooler" not in key]
    if unfilled:
        raise DataError(f"{folder}: {len(unfilled)} weights are missing, the first is {unfilled[0]!r}")
    if config.model_type == "clip":
        return model, "image_embeds"
    has_pooler = not missing and _returns_pooled(model)
    return model, "pooler_output" if has_pooler else "mean of last_hidden_state"


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and load reports; what they say is checked."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _returns_pooled(model: Any) -> bool:
    """Whether the network gives a pooled output, found by running it once."""
    import torch

    size = getattr(model.config, "image_size", None) or 224
    height, width = (size, size) if isinstance(size, int) else size
    with torch.inference_mode():
        output = model.eval()(pixel_values=torch.zeros(1, 3, height, width))
    return getattr(output, "pooler_output", None) is not None


def _weight_files(folder: Path) -> list[Path]:
    for pattern in WEIGHT_FILES:
        if found := sorted(folder.glob(pattern)):
            return found
    return []


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _weight_files(folder):
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    return f"sha256:{digest.hexdigest()}"

"""Published COOT checkpoints: {network: state dict}, or the older list of four state dicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from hgr.data.spec import DataSpec
from hgr.errors import DataError
from hgr.importers.torch_file import load_tensors
from hgr.models.coot import COOTConfig

if TYPE_CHECKING:
    from hgr.importers.checkpoints import Imported, Source

NETWORKS = {
    "net_video_local": "video.local",
    "net_video_global": "video.whole",
    "net_text_local": "text.local",
    "net_text_global": "text.whole",
}
"""Published networks, in the order of the older list -> modules here."""
PUBLISHED_OPTIONS = {"legacy_padding": True, "cycle_samples": 1}
"""What leaves no trace in the weights, as the released code has it."""
IGNORED = re.compile(r"embedding\.pe|pooler\.pools\.0\.genpool_one")
"""Buffers that are computed here, and a constant that nothing reads."""
_OLDER_NAMES = (
    (r"module\.(.+)", r"\1"),
    (r"input_norm\.(.+)", r"norm_input.\1"),
    (r"input_fc\.(weight|bias)", r"input_fc.mlp.0.\1"),
    (r"input_fc\.(\d+\.\w+)", r"input_fc.mlp.\1"),
    (r"pooler\.genpool(.+)", r"pooler.pools.0.genpool\1"),
)
_LAYER = r"encoder_layers\.0\."
_NAMES = (
    (r"norm_input\.(gain|bias)", r"norm.\1"),
    (r"input_fc\.mlp\.0\.(weight|bias)", r"projection.\1"),
    (
        rf"(tf|tf_context)\.{_LAYER}self_attention_layer\.sublayer\.(query|key|value|final)_projection\.(\w+)",
        r"\1.attention.\2.\3",
    ),
    (
        rf"(tf|tf_context)\.{_LAYER}self_attention_layer\.layer_normalization\.(gain|bias)",
        r"\1.attention_norm.\2",
    ),
    (
        rf"(tf|tf_context)\.{_LAYER}pointwise_feedforward_layer\.sublayer\.feed_forward\.0\.(\w+)",
        r"\1.expand.\2",
    ),
    (
        rf"(tf|tf_context)\.{_LAYER}pointwise_feedforward_layer\.sublayer\.feed_forward\.3\.(\w+)",
        r"\1.contract.\2",
    ),
    (
        rf"(tf|tf_context)\.{_LAYER}pointwise_feedforward_layer\.layer_normalization\.(gain|bias)",
        r"\1.forward_norm.\2",
    ),
    (r"pooler\.pools\.0\.genpool_w1_head", r"pooling.first"),
    (r"pooler\.pools\.0\.genpool_b1_head", r"pooling.first_bias"),
    (r"pooler\.pools\.0\.genpool_w2_head", r"pooling.second"),
    (r"pooler\.pools\.0\.genpool_b2_head", r"pooling.second_bias"),
)


@dataclass(frozen=True)
class ImportedCOOT:
    """A published checkpoint in this package's terms.

    Attributes:
        config: Options, recovered from the shapes where they leave a trace; `heads` is the published 8.
        state: Weights under this package's names.
        frame_width: Size of a frame feature.
        text_width: Size of a word's feature.
    """

    config: COOTConfig
    state: dict[str, Tensor]
    frame_width: int
    text_width: int

    def spec(self, stream: str = "frames", text_stream: str = "bert") -> DataSpec:
        """The data that the checkpoint was made for."""
        return DataSpec(streams={stream: self.frame_width}, text_streams={text_stream: self.text_width})


def read_checkpoint(path: Path) -> ImportedCOOT:
    """Read a published COOT checkpoint (`model_<n>.pth`).

    Raises:
        DataError: Not such a file; a key or shape that COOT does not have is named.
    """
    return convert(load_tensors(path), str(path))


def convert(
    published: Mapping[str, Mapping[str, Tensor]] | Sequence[Mapping[str, Tensor]], source: str = "checkpoint"
) -> ImportedCOOT:
    """Published weights, by network, under this package's names.

    Args:
        published: {"net_video_local": {...}, ...}, or a list in the order of NETWORKS.
        source: Named in errors.

    Raises:
        DataError: Keys or shapes that do not fit.
    """
    if not isinstance(published, Mapping):
        if len(published) != len(NETWORKS):
            raise DataError(f"{source}: expected {len(NETWORKS)} networks, found {len(published)}")
        published = dict(zip(NETWORKS, published, strict=True))
    if set(published) != set(NETWORKS):
        raise DataError(f"{source}: expected the networks {', '.join(NETWORKS)}, found {sorted(published)}")
    state = {}
    for network, module in NETWORKS.items():
        for key, value in published[network].items():
            if (name := _name(key, f"{source}: {network}")) is not None:
                state[f"{module}.{name}"] = value
    try:
        width, frame_width = state["video.local.projection.weight"].shape
        text_width = state["text.local.projection.weight"].shape[1]
        pool_heads, _, pool_part = state["video.local.pooling.first"].shape
    except KeyError as error:
        raise DataError(f"{source}: no weight {error.args[0]!r}; is it a COOT checkpoint?") from error
    options = {
        "width": width,
        "pool_heads": pool_heads,
        "pool_hidden": pool_heads * pool_part,
        **PUBLISHED_OPTIONS,
    }
    return ImportedCOOT(COOTConfig.model_validate(options), state, frame_width, text_width)


def _name(key: str, where: str) -> str | None:
    for pattern, replacement in _OLDER_NAMES:
        if re.fullmatch(pattern, key):
            key = re.sub(pattern, replacement, key)
    if IGNORED.fullmatch(key):
        return None
    for pattern, replacement in _NAMES:
        if re.fullmatch(pattern, key):
            name = re.sub(pattern, replacement, key)
            return name.replace("tf_context.", "context.", 1).replace("tf.", "layer.", 1)
    raise DataError(f"{where} has the unknown weight {key!r}")


def import_run(source: Source) -> Imported:
    """A published COOT checkpoint, for `hgr import-checkpoint`; its text features are those of `hgr import-coot`.

    Raises:
        DataError: Files that do not fit each other.
    """
    from hgr.importers.checkpoints import Imported
    from hgr.importers.coot_data import TEXT_STREAM

    found = read_checkpoint(source.path)
    return Imported(found.config, found.spec(source.stream(found.frame_width), TEXT_STREAM), found.state)

"""Published HGR checkpoints: {submodule: {parameter: tensor}} saved by torch, without metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from graphs.tensors import ROLES
from hgr.data.spec import DataSpec
from hgr.errors import DataError
from hgr.importers.torch_file import load_tensors
from hgr.models.hgr import HGRConfig

if TYPE_CHECKING:
    from hgr.importers.checkpoints import Imported, Source

PUBLISHED_LEVELS = ("event", "action", "entity")
PUBLISHED_OPTIONS = {"missing_level": "zero", "max_actions": 4, "max_entities": 6, "max_words": 30}
"""What leaves no trace in the weights, as the released configuration has it."""


@dataclass(frozen=True)
class ImportedCheckpoint:
    """A published checkpoint in this package's terms.

    Attributes:
        config: Options, recovered from the shapes where they leave a trace.
        state: Weights under this package's names.
        frame_width: Size of a frame feature.
        num_words: Size of the vocabulary.
    """

    config: HGRConfig
    state: dict[str, Tensor]
    frame_width: int
    num_words: int

    def spec(self, words: tuple[str, ...], stream: str = "frames") -> DataSpec:
        """The data that the checkpoint was made for.

        Raises:
            DataError: The vocabulary has another size than the checkpoint.
        """
        if len(words) != self.num_words:
            raise DataError(f"the vocabulary has {len(words)} words, the checkpoint {self.num_words}")
        return DataSpec(streams={stream: self.frame_width}, words=words)


def read_checkpoint(path: Path) -> ImportedCheckpoint:
    """Read a published HGR checkpoint (`epoch.<n>.th`).

    Raises:
        DataError: Not such a file; a key or shape that HGR does not have is named.
    """
    return convert(load_tensors(path), str(path))


def convert(published: Mapping[str, Mapping[str, Tensor]], source: str = "checkpoint") -> ImportedCheckpoint:
    """Published weights, by submodule, under this package's names.

    Args:
        published: {"video_encoder": {...}, "text_encoder": {...}}.
        source: Named in errors.

    Raises:
        DataError: Keys or shapes that do not fit.
    """
    video, text = submodules(published, source)
    try:
        config = _config(video, text)
        state = _video_state(video, config) | text_state(text)
        sizes = video["level_embeds.0.weight"].shape[1], text["embedding.we.weight"].shape[0]
    except KeyError as error:
        raise DataError(f"{source}: no weight {error.args[0]!r}; is it an HGR checkpoint?") from error
    check_roles(text, source)
    return ImportedCheckpoint(config, state, *sizes)


def submodules(
    published: Mapping[str, Mapping[str, Tensor]], source: str
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The video side's and the text side's weights (HANet has the same container).

    Raises:
        DataError: One of them is missing.
    """
    missing = {"video_encoder", "text_encoder"} - set(published)
    if missing:
        raise DataError(
            f"{source}: expected submodules video_encoder and text_encoder, found {sorted(published)}"
        )
    return dict(published["video_encoder"]), dict(published["text_encoder"])


def check_roles(text: Mapping[str, Tensor], source: str) -> None:
    """Raise DataError where a checkpoint has another number of roles than this package."""
    roles = text["role_embedding.weight"].shape[0]
    if roles != len(ROLES):
        raise DataError(f"{source}: the role embedding has {roles} rows, expected {len(ROLES)}")


def text_options(text: Mapping[str, Tensor]) -> dict[str, Any]:
    """Options of the text side that leave a trace in the shapes of its weights (HANet shares them).

    Raises:
        DataError: Neither a GRU nor an LSTM.
    """
    width = text["role_embedding.weight"].shape[1]
    gates = text["rnn.weight_ih_l0"].shape[0] // width
    cell = {3: "gru", 4: "lstm"}.get(gates)
    if cell is None:
        raise DataError(f"rnn.weight_ih_l0 has {gates} gates of width {width}, expected 3 (GRU) or 4 (LSTM)")
    return {
        "width": width,
        "word_width": text["embedding.we.weight"].shape[1],
        "text_encoder": ("bi" if "rnn.weight_ih_l0_reverse" in text else "") + cell,
        "graph_layers": _count(text, r"gcn\.layers\.(\d+)\.ctx_layer\.weight$"),
        "graph_attention": "gcn.layers.0.edge_attn_query.weight" in text,
    }


def _config(video: Mapping[str, Tensor], text: Mapping[str, Tensor]) -> HGRConfig:
    return HGRConfig.model_validate(
        {
            **text_options(text),
            "text_layers": _count(text, r"rnn\.weight_ih_l(\d+)$"),
            "share_video_encoder": "level_embeds.1.weight" not in video,
            **PUBLISHED_OPTIONS,
        }
    )


def _count(weights: Mapping[str, Tensor], pattern: str) -> int:
    return len({match.group(1) for key in weights if (match := re.match(pattern, key))})


def _video_state(video: dict[str, Tensor], config: HGRConfig) -> dict[str, Tensor]:
    names = {"0": "all"} if config.share_video_encoder else dict(zip("012", PUBLISHED_LEVELS, strict=True))
    state = {}
    for key, value in video.items():
        if match := re.fullmatch(r"level_embeds\.(\d)\.(weight|bias)", key):
            state[f"video.projections.{names[match.group(1)]}.{match.group(2)}"] = value
        elif match := re.fullmatch(r"ft_attn\.(weight|bias)", key):
            state[f"video.pooling.score.{match.group(1)}"] = value
        else:
            raise DataError(f"video_encoder has the unknown weight {key!r}")
    return state


_TEXT_NAMES = (
    (r"embedding\.we\.weight", r"words.embedding.weight"),
    (r"rnn\.(.+)", r"words.recurrent.\1"),
    (r"ft_attn\.(weight|bias)", r"event.score.\1"),
    (r"role_embedding\.weight", r"roles.weight"),
    (r"gcn\.layers\.(\d+)\.ctx_layer\.weight", r"network.layers.\1.transform.weight"),
    (r"gcn\.layers\.(\d+)\.layernorm\.(weight|bias)", r"network.layers.\1.norm.\2"),
    (r"gcn\.layers\.(\d+)\.edge_attn_(query|key)\.(weight|bias)", r"network.layers.\1.\2.\3"),
)


def text_state(text: Mapping[str, Tensor], prefix: str = "text.") -> dict[str, Tensor]:
    """The text side's weights under the names of `RoleGraphEncoder` (HANet shares them).

    Raises:
        DataError: A weight that HGR's text encoder does not have.
    """
    state = {}
    for key, value in text.items():
        for pattern, name in _TEXT_NAMES:
            if re.fullmatch(pattern, key):
                state[prefix + re.sub(pattern, name, key)] = value
                break
        else:
            raise DataError(f"text_encoder has the unknown weight {key!r}")
    return state


def published_vectors(path: Path) -> Tensor:
    """Word vectors from HGR's `word_embeds.glove*.th`: (num_words, 300).

    Raises:
        DataError: Not such a file.
    """
    try:
        return load_tensors(path)["text_encoder"]["embedding.we.weight"].to(torch.float32)
    except KeyError as error:
        raise DataError(
            f"{path}: no {error.args[0]!r}; expected text_encoder / embedding.we.weight"
        ) from error


def import_run(source: Source) -> Imported:
    """A published HGR checkpoint with its vocabulary, for `hgr import-checkpoint`.

    Raises:
        DataError: Files that do not fit each other.
    """
    from hgr.importers.checkpoints import Imported

    found = read_checkpoint(source.path)
    spec = found.spec(source.read_words(), source.stream(found.frame_width))
    return Imported(found.config, spec, found.state)

"""Published HANet checkpoints: HGR's container and names, with concept heads and gates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from graphs.levels import ACTION, ENTITY, EVENT
from hgr.data.spec import DataSpec
from hgr.errors import DataError
from hgr.importers.hgr import check_roles, submodules, text_options, text_state
from hgr.importers.torch_file import load_tensors
from hgr.models.hanet import KERNELS, TABLES, HANetConfig

if TYPE_CHECKING:
    from hgr.importers.checkpoints import Imported, Source

NODES = {"verb": ACTION, "noun": ENTITY}
PUBLISHED_OPTIONS = {
    "missing_level": "zero",
    "legacy_padding": True,
    "max_actions": 4,
    "max_entities": 6,
    "max_words": 30,
}
"""What leaves no trace in the weights, as the released code has it."""
UNUSED = re.compile(r"conv[12]\.0\..+|fc\.(weight|bias)|bn_(verb|noun)\..+")
"""Weights that no output depends on, and second names of the concept heads' norms."""


@dataclass(frozen=True)
class ImportedHANet:
    """A published checkpoint in this package's terms.

    Attributes:
        config: Options, recovered from the shapes where they leave a trace.
        state: Weights under this package's names.
        frame_width: Size of a frame feature.
        num_words: Size of the vocabulary.
        num_concepts: Kind of node -> size of its concept vocabulary.
    """

    config: HANetConfig
    state: dict[str, Tensor]
    frame_width: int
    num_words: int
    num_concepts: Mapping[str, int]

    def spec(
        self, words: tuple[str, ...], concepts: Mapping[str, tuple[str, ...]], stream: str = "frames"
    ) -> DataSpec:
        """The data that the checkpoint was made for.

        Args:
            words: Its vocabulary.
            concepts: Kind of node -> concepts, in the order of the checkpoint's classes.
            stream: Name of the feature stream.

        Raises:
            DataError: A vocabulary has another size than the checkpoint.
        """
        if len(words) != self.num_words:
            raise DataError(f"the vocabulary has {len(words)} words, the checkpoint {self.num_words}")
        for nodes, count in self.num_concepts.items():
            if len(concepts[nodes]) != count:
                raise DataError(
                    f"there are {len(concepts[nodes])} {nodes} concepts, the checkpoint has {count}"
                )
        tables = {TABLES[nodes]: tuple(concepts[nodes]) for nodes in self.num_concepts}
        return DataSpec(streams={stream: self.frame_width}, words=words, tables=tables)


def read_checkpoint(path: Path) -> ImportedHANet:
    """Read a published HANet checkpoint.

    Raises:
        DataError: Not such a file; a key or shape that HANet does not have is named.
    """
    return convert(load_tensors(path), str(path))


def convert(published: Mapping[str, Mapping[str, Tensor]], source: str = "checkpoint") -> ImportedHANet:
    """Published weights, by submodule, under this package's names.

    Args:
        published: {"video_encoder": {...}, "text_encoder": {...}}.
        source: Named in errors.

    Raises:
        DataError: Keys or shapes that do not fit.
    """
    video, text = submodules(published, source)
    try:
        state = _video_state(video, source) | _text_state(text)
        config = _config(video, text)
        counts = {nodes: video[f"classifier_{kind}.0.weight"].shape[0] for kind, nodes in NODES.items()}
        kernels = {nodes: video[f"classifier_{kind}.0.weight"].shape[2] for kind, nodes in NODES.items()}
        check_roles(text, source)
        sizes = video["level_embeds.0.weight"].shape[1], text["embedding.we.weight"].shape[0]
    except KeyError as error:
        raise DataError(f"{source}: no weight {error.args[0]!r}; is it a HANet checkpoint?") from error
    if kernels != KERNELS:
        raise DataError(f"{source}: expected kernels {KERNELS}, found {kernels}")
    return ImportedHANet(config, state, *sizes, counts)


def _config(video: Mapping[str, Tensor], text: Mapping[str, Tensor]) -> HANetConfig:
    options = text_options(text)
    return HANetConfig.model_validate(
        {
            **options,
            "gate_reduction": options["width"] // video["seblock1.fc.0.weight"].shape[0],
            "action_concepts": video["classifier_verb.0.weight"].shape[0],
            "entity_concepts": video["classifier_noun.0.weight"].shape[0],
            **PUBLISHED_OPTIONS,
        }
    )


_HEAD_PARTS = {"0": "convolution", "1": "norm"}
_GATE_PARTS = {"0": "squeeze", "2": "excite"}


def _head(key: str, prefix: str) -> str | None:
    match = re.fullmatch(r"classifier_(verb|noun)\.([01])\.(\w+)", key)
    return f"{prefix}.{NODES[match[1]]}.{_HEAD_PARTS[match[2]]}.{match[3]}" if match else None


def _video_state(video: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    levels, gates = dict(zip("012", (EVENT, ACTION, ENTITY), strict=True)), {"1": ACTION, "2": ENTITY}
    state = {}
    for key, value in video.items():
        if UNUSED.fullmatch(key):
            continue
        name = _head(key, "video.heads")
        if match := re.fullmatch(r"level_embeds\.([012])\.(weight|bias)", key):
            name = f"video.projections.{levels[match[1]]}.{match[2]}"
        elif match := re.fullmatch(r"ft_attn\.(weight|bias)", key):
            name = f"video.pooling.score.{match[1]}"
        elif match := re.fullmatch(r"seblock([12])\.fc\.([02])\.weight", key):
            name = f"video.gates.{gates[match[1]]}.{_GATE_PARTS[match[2]]}.weight"
        if name is None:
            raise DataError(f"{source}: video_encoder has the unknown weight {key!r}")
        state[name] = value
    return state


def _text_state(text: Mapping[str, Tensor]) -> dict[str, Tensor]:
    heads = {name: value for key, value in text.items() if (name := _head(key, "text_heads"))}
    shared = {key: value for key, value in text.items() if not UNUSED.fullmatch(key) and not _head(key, "")}
    return heads | text_state(shared)


def import_run(source: Source) -> Imported:
    """A published HANet checkpoint with its vocabularies, for `hgr import-checkpoint`.

    `source.tables` names the concept files of "verb" and "noun", see `hgr.data.concept_vocabulary`.

    Raises:
        DataError: Files that do not fit each other.
    """
    from hgr.data.concept_vocabulary import read_concepts
    from hgr.importers.checkpoints import Imported

    found = read_checkpoint(source.path)
    missing = sorted(set(NODES) - set(source.tables))
    if missing:
        raise DataError(f"{source.path}: HANet needs its concepts too: --table {missing[0]}=FILE")
    concepts = {
        level: read_concepts(source.tables[kind], found.num_concepts[level]) for kind, level in NODES.items()
    }
    spec = found.spec(source.read_words(), concepts, source.stream(found.frame_width))
    return Imported(found.config, spec, found.state)

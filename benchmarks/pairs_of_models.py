"""A system of the package and its plain counterpart with the same weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.plain.hanet import NUM_NOUNS, NUM_VERBS, PlainHANet
from benchmarks.plain.hgr import PlainHGR
from benchmarks.plain.published import HANET_NAMES, HGR_NAMES
from benchmarks.workload import FRAME_WIDTH, NUM_WORDS, vocabulary
from graphs.levels import ACTION, ENTITY
from hgr.data.spec import DataSpec
from hgr.importers import hanet, hgr
from hgr.models.base import Inputs, RetrievalModel
from hgr.systems import build_inputs, build_system

RATES = ("dropout", "video_dropout", "graph_dropout")
"""Names of the dropout options of both systems."""
NO_DROPOUT: dict[str, Any] = {"dropout": 0.0, "graph_dropout": 0.0}


@dataclass(frozen=True)
class Pair:
    """Both models and the package's input preparation.

    Attributes:
        rename: Matrix of the package -> matrix of the plain model.
    """

    plain: PlainHGR | PlainHANet
    package: RetrievalModel
    inputs: Inputs
    rename: Mapping[str, str]


def hgr_pair(*, dropout: bool, seed: int = 0) -> Pair:
    """HGR in default sizes with the published options.

    Args:
        dropout: Default rates; False sets all to 0, so that both models must agree.
        seed: Seeds the plain model's weights, which the package's model then gets.
    """
    torch.manual_seed(seed)
    plain = PlainHGR(NUM_WORDS, FRAME_WIDTH, **({} if dropout else NO_DROPOUT))
    imported = hgr.convert(published_state(plain, HGR_NAMES))
    options: dict[str, Any] = {} if dropout else dict.fromkeys(RATES, 0.0)
    config = imported.config.model_copy(update=options)
    spec: DataSpec = imported.spec(vocabulary())
    package = build_system(config, spec)
    package.load_state_dict(imported.state)
    rename = {"event": "event", "action": "verb", "entity": "noun", "fused": "fused"}
    return Pair(plain, package, build_inputs(config, spec), rename)


def hanet_pair(*, dropout: bool, seed: int = 0) -> Pair:
    """HANet in default sizes with the published options; arguments as for `hgr_pair`."""
    torch.manual_seed(seed)
    plain = PlainHANet(NUM_WORDS, FRAME_WIDTH, **({} if dropout else NO_DROPOUT))
    imported = hanet.convert(published_state(plain, HANET_NAMES))
    options: dict[str, Any] = {} if dropout else dict.fromkeys(RATES, 0.0)
    config = imported.config.model_copy(update=options)
    concepts = {ACTION: vocabulary()[3 : 3 + NUM_VERBS], ENTITY: vocabulary()[3 : 3 + NUM_NOUNS]}
    spec = imported.spec(vocabulary(), concepts)
    package = build_system(config, spec)
    package.load_state_dict(imported.state)
    rename = {"event": "event", "local_action": "verb", "local_entity": "noun", "fused": "fused"}
    return Pair(plain, package, build_inputs(config, spec), rename)


def published_state(plain: nn.Module, names: Mapping[str, str]) -> dict[str, dict[str, Tensor]]:
    """Weights of a plain model as a published checkpoint holds them: {submodule: {parameter: tensor}}."""
    state = plain.state_dict()
    found: dict[str, dict[str, Tensor]] = {}
    for published, module in names.items():
        submodule, _, path = published.partition("/")
        for name, tensor in state.items():
            if name.startswith(f"{module}."):
                found.setdefault(submodule, {})[f"{path}.{name.removeprefix(module + '.')}"] = tensor
    return found

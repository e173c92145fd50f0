"""The table of systems. Add one by writing hgr/models/<name>.py and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from hgr.data.items import TextItem
from hgr.data.spec import DataSpec
from hgr.models.base import Inputs, RetrievalModel, SystemConfig

Tables = Callable[[Any, Sequence[TextItem]], dict[str, tuple[str, ...]]]


@dataclass(frozen=True)
class System:
    """Where a system's parts are; its file is imported on first use.

    Attributes:
        module: Its file.
        config_name: Options, a SystemConfig.
        inputs_name: Input preparation, an Inputs.
        model_name: The RetrievalModel.
        tables_name: (options, training captions) -> vocabularies for DataSpec.tables, None where it needs none.
    """

    module: str
    config_name: str
    inputs_name: str
    model_name: str
    tables_name: str | None = None

    @property
    def config(self) -> type[SystemConfig]:
        """The class of its options."""
        return getattr(import_module(self.module), self.config_name)

    @property
    def inputs(self) -> type[Inputs]:
        """The class of its input preparation."""
        return getattr(import_module(self.module), self.inputs_name)

    @property
    def model(self) -> type[RetrievalModel]:
        """The class of its module."""
        return getattr(import_module(self.module), self.model_name)

    @property
    def tables(self) -> Tables | None:
        """The function that learns its vocabularies from training captions."""
        return getattr(import_module(self.module), self.tables_name) if self.tables_name else None


SYSTEMS: dict[str, System] = {
    "hgr": System("hgr.models.hgr", "HGRConfig", "HGRInputs", "HGR"),
    "vsepp": System("hgr.models.vsepp", "VSEPPConfig", "VSEPPInputs", "VSEPP"),
    "hanet": System("hgr.models.hanet", "HANetConfig", "HANetInputs", "HANet", "concept_tables"),
    "coot": System("hgr.models.coot", "COOTConfig", "COOTInputs", "COOT"),
    "cmhse": System("hgr.models.cmhse", "CMHSEConfig", "CMHSEInputs", "CMHSE"),
}
"""Name in the YAML -> system."""


def build_system(config: SystemConfig, spec: DataSpec) -> RetrievalModel:
    """The system that a config describes, with fresh weights drawn from torch's global generator.

    Args:
        config: Options; `config.system` names the system.
        spec: Sizes and vocabularies of the data.
    """
    return SYSTEMS[config.system].model(config, spec)  # type: ignore[call-arg]


def build_inputs(config: SystemConfig, spec: DataSpec) -> Inputs:
    """The input preparation that goes with `build_system`."""
    return SYSTEMS[config.system].inputs(config, spec)

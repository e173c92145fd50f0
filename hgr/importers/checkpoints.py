"""Published checkpoints -> run folders that evaluate, search and report read like our own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from torch import Tensor

from hgr.checkpoint import load_weights, save_checkpoint
from hgr.config import dump, plain
from hgr.data.prepare import open_streams
from hgr.data.spec import DataSpec
from hgr.errors import DataError
from hgr.importers.annotations import read_words
from hgr.models.base import SystemConfig
from hgr.runs import RunFolder, write_environment
from hgr.settings import Settings, check_settings
from hgr.systems import build_system
from parsing.atomic_file import atomic_write


@dataclass(frozen=True)
class Source:
    """Where a published checkpoint and its vocabularies lie.

    Attributes:
        path: The checkpoint.
        words: Vocabulary file, see `read_words`; None for systems without one.
        tables: Name of a further vocabulary -> its file.
        streams: Feature streams of the data set, name -> width.
    """

    path: Path
    words: Path | None
    tables: Mapping[str, Path]
    streams: Mapping[str, int]

    def read_words(self) -> tuple[str, ...]:
        """The vocabulary.

        Raises:
            DataError: None was given.
        """
        if self.words is None:
            raise DataError(
                f"{self.path}: this system needs its vocabulary: word2int.json or int2word.npy (--words)"
            )
        return read_words(self.words)

    def stream(self, width: int) -> str:
        """The only feature stream, which must be as wide as the checkpoint's frame features.

        Raises:
            DataError: None or several streams, or one of another width.
        """
        if len(self.streams) != 1:
            raise DataError(
                f"expected one feature stream, found {sorted(self.streams)}; choose one (--stream)"
            )
        name, found = next(iter(self.streams.items()))
        if found != width:
            raise DataError(f"{self.path}: made for {width}-d frame features, stream {name!r} has {found}")
        return name


@dataclass(frozen=True)
class Imported:
    """A published checkpoint in this package's terms."""

    config: SystemConfig
    spec: DataSpec
    weights: Mapping[str, Tensor]


IMPORTERS: dict[str, tuple[str, str]] = {
    "hgr": ("hgr.importers.hgr", "import_run"),
    "hanet": ("hgr.importers.hanet", "import_run"),
    "coot": ("hgr.importers.coot", "import_run"),
}
"""System -> (module, function of a Source that gives an Imported)."""


def import_checkpoint(
    system: str, source: Source, data: Mapping[str, object], out: Path, name: str = "imported"
) -> Settings:
    """Make a run folder of a published checkpoint.

    Args:
        system: Name in IMPORTERS.
        source: The files; its streams are replaced by those of the data set.
        data: The `data` section of the run's settings.
        out: The run's folder.
        name: The run's name.

    Raises:
        DataError: Unknown system, files that do not fit each other, or a folder that holds a run.
    """
    if system not in IMPORTERS:
        raise DataError(f"system {system!r}: expected one of {', '.join(IMPORTERS)}")
    run = RunFolder(out)
    if run.checkpoints.exists():
        raise DataError(f"{out}: holds a run already")
    module, function = IMPORTERS[system]
    reader: Callable[[Source], Imported] = getattr(import_module(module), function)
    settings = check_settings({"name": name, "data": dict(data), "model": {"system": system}})
    _, recipes = open_streams(settings.data)
    streams = {stream: int(recipe["dim"]) for stream, recipe in recipes.items()}
    imported = reader(Source(source.path, source.words, source.tables, streams))
    settings = check_settings({"name": name, "data": dict(data), "model": plain(imported.config)})
    load_weights(build_system(imported.config, imported.spec), imported.weights, source.path)
    with run.lock():
        save_checkpoint(
            run.best, settings=settings, spec=imported.spec, weights=imported.weights, recipes=recipes
        )
        with atomic_write(run.config) as file:
            file.write(dump(settings).encode())
        write_environment(run, {})
    return settings

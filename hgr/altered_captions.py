"""Altered captions for training: what `hgr probe make` made of the training captions, drawn batch by batch."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.operators import OPERATORS
from hgr.analysis.probes.probe_set import read_probes
from hgr.data.items import TextItem
from hgr.data.role_graphs import lowered
from hgr.errors import DataError
from hgr.settings import AlteredSettings

TRAINED_EFFECTS = ("contradiction", "weaker")
"""Effects of the operators that make a caption worse for its video; controls do not, negations are told by a word."""


@dataclass(frozen=True)
class Alteration:
    """An altered caption.

    Attributes:
        item: It, as a system reads captions.
        owner: The level that should notice, None where no single one should.
    """

    item: TextItem
    owner: str | None


class AlteredCaptions:
    """The altered versions of captions by id and kind.

    Args:
        of: Caption id -> kind -> altered versions.
    """

    def __init__(self, of: Mapping[str, Mapping[str, Sequence[Alteration]]]) -> None:
        self.of = of

    def __len__(self) -> int:
        return sum(len(versions) for kinds in self.of.values() for versions in kinds.values())

    def draw(self, caption: str) -> Alteration | None:
        """One version of a caption, of a kind drawn first so that frequent kinds do not crowd out the others.

        Uses Python's global random numbers, which are a function of the batch while it is prepared.
        """
        kinds = self.of.get(caption)
        return random.choice(kinds[random.choice(tuple(kinds))]) if kinds else None


def read_altered_captions(
    settings: AlteredSettings, texts: Iterable[TextItem], *, lowercase: bool
) -> AlteredCaptions:
    """The altered versions of training captions in a probe set.

    Args:
        settings: Which file, which kinds.
        texts: The training captions.
        lowercase: Lower the words that the model sees.

    Raises:
        DataError: No such probe set, a probe of another text than the caption has, captions that are read from
            text features, or no training caption among those altered.
    """
    probes, _, _ = read_probes(settings.probes)
    known = {text.caption.id: text for text in texts}
    kinds = settings.kinds or tuple(k for k, o in OPERATORS.items() if o.effect in TRAINED_EFFECTS)
    found: dict[str, dict[str, list[Alteration]]] = {}
    for probe in probes:
        if probe.kind in kinds and probe.caption in known:
            item = _altered_item(known[probe.caption], probe, settings.probes, lowercase)
            versions = found.setdefault(probe.caption, {}).setdefault(probe.kind, [])
            versions.append(Alteration(item, OPERATORS[probe.kind].owner))
    if not found:
        raise DataError(
            f"{settings.probes}: alters none of the {len(known)} training captions in any of the kinds "
            f"{', '.join(kinds)}; make it with: hgr probe make FOLDER --split train"
        )
    return AlteredCaptions(found)


def _altered_item(text: TextItem, probe: Probe, file: str, lowercase: bool) -> TextItem:
    if text.caption.text != probe.text:
        raise DataError(
            f"{file}: probe {probe.id!r} alters {probe.text!r}, but caption {text.caption.id!r} is "
            f"{text.caption.text!r}"
        )
    if text.streams or text.segment_graphs:
        raise DataError(
            f"{file}: caption {text.caption.id!r} has sentences or text features of its own, which an altered "
            "caption has not; train without objective.altered"
        )
    graph = lowered(probe.graph) if lowercase else probe.graph
    return replace(text, caption=replace(text.caption, text=probe.altered), graph=graph, siblings=())

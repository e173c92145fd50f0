"""The table of probe operators."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from graphs.levels import ACTION, ENTITY, EVENT
from hgr.analysis.probes.corpus import Corpus
from hgr.analysis.probes.edit import Edit
from hgr.analysis.probes.paraphrases import clause_order, passive, synonym
from hgr.analysis.probes.replacements import (
    replace_action,
    replace_agent,
    replace_attribute,
    replace_direction,
    replace_instrument,
    replace_number,
    replace_patient,
    replace_place,
)
from hgr.analysis.probes.source import Source
from hgr.analysis.probes.structure import (
    add_event,
    drop_event,
    negate,
    reverse_order,
    swap_attributes,
    swap_roles,
)

Effect = Literal["contradiction", "weaker", "negation", "control"]


@dataclass(frozen=True)
class Operator:
    """One way to alter a caption.

    Attributes:
        apply: (source, corpus, random numbers of this caption) -> altered captions.
        owner: The level that should notice, None where no single one should.
        effect: "contradiction": the altered caption is false of the video. "weaker": it says less, and is true.
            "negation": false, but a reader of text alone sees it; kept out of averages. "control": it says the same.
    """

    apply: Callable[[Source, Corpus, random.Random], list[Edit]]
    owner: str | None
    effect: Effect


OPERATORS: dict[str, Operator] = {
    "action": Operator(replace_action, ACTION, "contradiction"),
    "agent": Operator(replace_agent, ENTITY, "contradiction"),
    "patient": Operator(replace_patient, ENTITY, "contradiction"),
    "place": Operator(replace_place, ENTITY, "contradiction"),
    "instrument": Operator(replace_instrument, ENTITY, "contradiction"),
    "attribute": Operator(replace_attribute, ENTITY, "contradiction"),
    "number": Operator(replace_number, ENTITY, "contradiction"),
    "direction": Operator(replace_direction, None, "contradiction"),
    "roles_swapped": Operator(swap_roles, None, "contradiction"),
    "attributes_swapped": Operator(swap_attributes, None, "contradiction"),
    "order_reversed": Operator(reverse_order, None, "contradiction"),
    "event_added": Operator(add_event, EVENT, "contradiction"),
    "event_dropped": Operator(drop_event, EVENT, "weaker"),
    "negated": Operator(negate, None, "negation"),
    "passive": Operator(passive, None, "control"),
    "clause_order": Operator(clause_order, None, "control"),
    "synonym": Operator(synonym, None, "control"),
}
"""Kind -> operator."""

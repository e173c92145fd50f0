"""A probe set of the small data set of tests: the thing of each caption replaced by another video's."""

from __future__ import annotations

from pathlib import Path

from hgr.analysis.probes.generation import Probe
from hgr.analysis.probes.probe_set import write_probes
from hgr.data.folder import load_folder
from tests.hgr.small_data import graph_of


def write_altered(folder: Path, path: Path, *, skip: tuple[str, ...] = ()) -> Path:
    """Write one "patient" probe, and one negation, a caption of the training split.

    Args:
        folder: Where `small_data.write_data` wrote.
        path: The probe set.
        skip: Captions without one.
    """
    captions = load_folder(folder).captions_of("train")
    probes = []
    for i, caption in enumerate(captions):
        if caption.id in skip:
            continue
        thing = caption.text.split()[1 if caption.text.startswith("a ") else 3]
        other = f"thing{(i // 2 + 1) % (len(captions) // 2)}"
        for kind, altered in (
            ("patient", caption.text.replace(thing, other)),
            ("negated", caption.text.replace(thing, "nothing")),
        ):
            probe = Probe(
                f"{caption.id}/{kind}/0", kind, caption.id, caption.video, caption.text, altered, thing, other,
                graph_of(altered),
            )  # fmt: skip
            probes.append(probe)
    write_probes(path, probes, [], {"made": "for tests"})
    return path

"""Families: held-out compositions, balance of kinds, repeatability, everything in the frame."""

from __future__ import annotations

from collections import Counter

from hgr.scenes.config import SceneConfig, SplitConfig
from hgr.scenes.motion import fits
from hgr.scenes.sampling import held_out_compositions, sample_families
from tests.hgr.scenes.small import SMALL

LARGER = SMALL.model_copy(
    update={
        "splits": {
            "train": SplitConfig(scenes=40, siblings=2, rendered=0.5),
            "test": SplitConfig(scenes=40, siblings=3, novel=1.0),
        }
    }
)


def test_training_never_shows_a_held_out_composition_and_the_test_split_does() -> None:
    held_out = held_out_compositions(LARGER)
    assert len(held_out) == round(0.15 * 8 * 6 * 9)
    for family in sample_families(LARGER, "train", 0):
        for scene in (family.scene, *(sibling for sibling, _, _ in family.siblings)):
            assert held_out.isdisjoint(scene.compositions())
    novel = [
        not held_out.isdisjoint(family.scene.compositions()) for family in sample_families(LARGER, "test", 1)
    ]
    assert all(novel)


def test_kinds_are_balanced_and_share_of_rendered_siblings_is_kept() -> None:
    families = sample_families(LARGER, "train", 0)
    counts = Counter(edit.kind for family in families for _, edit, _ in family.siblings)
    assert set(counts) == set(LARGER.kinds) and max(counts.values()) - min(counts.values()) <= 2
    rendered = [shown for family in families for _, _, shown in family.siblings]
    assert 0.3 < sum(rendered) / len(rendered) < 0.7


def test_sampling_is_a_function_of_the_seed_and_splits_are_independent() -> None:
    again = sample_families(SMALL, "train", 0)
    assert sample_families(SMALL, "train", 0) == again
    assert sample_families(SMALL.model_copy(update={"seed": 1}), "train", 0) != again
    more = SMALL.model_copy(update={"splits": {**SMALL.splits, "val": SplitConfig(scenes=9)}})
    assert sample_families(more, "train", 0) == again


def test_scenes_fit_have_distinct_colors_and_a_distractor() -> None:
    for family in sample_families(SMALL, "test", 2):
        for scene in (family.scene, *(sibling for sibling, _, _ in family.siblings)):
            assert fits(scene) and scene.distractors()
            assert len({thing.color for thing in scene.things}) == len(scene.things)


def test_paragraphs_have_several_events() -> None:
    config = SceneConfig(
        splits={"train": SplitConfig(scenes=6, siblings=1)}, paragraphs=True, paragraph_events=(3, 4)
    )
    lengths = [len(family.scene.events) for family in sample_families(config, "train", 0)]
    assert set(lengths) <= {3, 4} and len(lengths) == 6

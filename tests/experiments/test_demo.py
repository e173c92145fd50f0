from __future__ import annotations

from pathlib import Path

from experiments.demo import CONFIG, reached, steps
from hgr.analysis.versioned_json import write_versioned
from hgr.cli.main import VERBS
from hgr.settings import read_settings


def test_every_step_is_a_verb_and_the_configuration_is_valid() -> None:
    assert {step[0] for step in steps(Path("a"), Path("b"), CONFIG)} <= set(VERBS)
    assert read_settings(CONFIG, ["data.folder=elsewhere"]).data.folder == "elsewhere"


def test_recall_is_compared_with_chance(tmp_path: Path) -> None:
    numbers = {"every_caption": {"fused": {"text_to_video": {"R@10": 70.0}}}}
    write_versioned(
        tmp_path / "results" / "test.json", "hgr.results", {"num_videos": 300, "conventions": numbers}
    )
    recall, chance = reached(tmp_path)
    assert recall == 70.0 and abs(chance - 10 / 3) < 1e-12

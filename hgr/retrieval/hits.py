"""What a search returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hgr.retrieval.phrases import Phrase


@dataclass(frozen=True)
class Hit:
    """One video of a ranking, and why it stands there.

    Attributes:
        video: Its id.
        score: The score that ranks.
        levels: Level -> score; 0.0 on a level of `absent`.
        alignment: Phrase -> weights over the frames, which sum to 1; the very weights that the score used. Empty for
            systems that do not align phrases with frames, and where it was not asked for.
        phrases: What each key of `alignment` is: level, role, words.
        times: Seconds of the frames in the video's file, None where they are not known.
        absent: Levels on which the query or the video has nothing.
    """

    video: str
    score: float
    levels: Mapping[str, float]
    alignment: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    times: tuple[float, ...] | None = None
    absent: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values; a level of `absent` is null."""
        return {
            "video": self.video,
            "score": self.score,
            "levels": {name: None if name in self.absent else score for name, score in self.levels.items()},
            "times": None if self.times is None else list(self.times),
            "alignment": [
                {
                    "phrase": name,
                    "level": self.phrases[name].level,
                    "role": self.phrases[name].role,
                    "weights": [round(weight, 6) for weight in weights],
                }
                for name, weights in self.alignment.items()
            ],
        }

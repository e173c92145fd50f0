"""Everything the generated world can contain, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

LEFT, RIGHT = "left", "right"
SIZES = {"small": 12.0, "big": 17.5}
"""Size -> radius in pixels of a 160-pixel frame."""

COLORS: dict[str, tuple[int, int, int]] = {
    "red": (222, 32, 38),
    "orange": (250, 132, 10),
    "yellow": (250, 214, 20),
    "green": (30, 158, 44),
    "cyan": (20, 200, 214),
    "blue": (34, 70, 226),
    "purple": (140, 48, 214),
    "pink": (250, 92, 176),
}
SHAPES = ("ball", "box", "cone", "star", "ring", "heart")
PLACES = ("grass", "road", "water", "sand", "snow", "floor")

NOUNS: dict[str, tuple[str, ...]] = {
    "ball": ("ball", "sphere"),
    "box": ("box", "cube", "crate"),
    "cone": ("cone", "pyramid"),
    "star": ("star",),
    "ring": ("ring", "hoop"),
    "heart": ("heart",),
}
ADJECTIVES: dict[str, tuple[str, ...]] = {
    "big": ("big", "large"),
    "small": ("small", "little"),
    "purple": ("purple", "violet"),
    **{color: (color,) for color in COLORS if color != "purple"},
}
PLACE_PHRASES: dict[str, tuple[str, ...]] = {
    "grass": ("on the grass", "on a lawn", "in a meadow"),
    "road": ("on the road", "on a street"),
    "water": ("on the water", "on a lake"),
    "sand": ("on the sand", "on a beach"),
    "snow": ("in the snow", "on the snow"),
    "floor": ("on the floor", "on a wooden floor"),
}
DIRECTION_PHRASES: dict[str, tuple[str, ...]] = {
    LEFT: ("to the left", "towards the left"),
    RIGHT: ("to the right", "towards the right"),
}


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb for an action.

    Attributes:
        present: "pushes".
        gerund: "pushing".
        participle: "pushed".
        preposition: Word between verb and patient ("over"), "" where the patient is a plain object.
    """

    present: str
    gerund: str
    participle: str
    preposition: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What can happen between an agent and a patient.

    Attributes:
        verbs: Its words, the first being the plainest.
        directed: Whether it goes to the left or to the right.
        patient_role: PropBank role of the patient in active captions; passive subjects are always ARG1.
    """

    verbs: tuple[Verb, ...]
    directed: bool = True
    patient_role: str = "ARG1"


ACTIONS: dict[str, Action] = {
    "push": Action((Verb("pushes", "pushing", "pushed"), Verb("shoves", "shoving", "shoved"))),
    "pull": Action((Verb("pulls", "pulling", "pulled"), Verb("drags", "dragging", "dragged"))),
    "hit": Action((Verb("hits", "hitting", "hit"), Verb("strikes", "striking", "struck"))),
    "chase": Action((Verb("chases", "chasing", "chased"), Verb("pursues", "pursuing", "pursued"))),
    "carry": Action(
        (Verb("carries", "carrying", "carried"), Verb("transports", "transporting", "transported"))
    ),
    "throw": Action((Verb("throws", "throwing", "thrown"), Verb("tosses", "tossing", "tossed"))),
    "jump over": Action(
        (Verb("jumps", "jumping", "jumped", "over"), Verb("leaps", "leaping", "leaped", "over")),
        patient_role="ARGM-DIR",
    ),
    "circle": Action(
        (Verb("circles", "circling", "circled"), Verb("orbits", "orbiting", "orbited")), directed=False
    ),
    "bounce on": Action(
        (Verb("bounces", "bouncing", "bounced", "on"), Verb("hops", "hopping", "hopped", "on")),
        directed=False,
        patient_role="ARGM-LOC",
    ),
}

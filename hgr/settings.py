"""The sections of a run: frozen, checked against literal tables, every default in sight."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    create_model,
    field_validator,
    model_validator,
)

from hgr import config
from hgr.config import ConfigError
from hgr.losses import LOSSES, HingeConfig, LossConfig
from hgr.models.base import SystemConfig

Positive = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, lt=1)]


class Section(BaseModel):
    """Base of every section: frozen, unknown keys are errors, defaults are checked too."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class DataSettings(Section):
    """What is trained on. Relative paths start at the current directory, those of defaults at `folder`.

    Attributes:
        folder: A data set's folder: captions.jsonl, videos.jsonl, splits/.
        features: Feature stores; None is `<folder>/features`.
        streams: Which of their streams the model gets, in this order; empty for all.
        text_features: Feature stores of the captions' words, for systems that read them; see hgr/data/text_features.py.
        parser: What makes role graphs of captions that the graph file lacks: "builtin", "spacy:<model>", ...;
            None makes such captions an error.
        graphs: Role graphs as JSON lines; None is `<folder>/graphs.jsonl` where that exists.
        shuffle_graphs: Rewire the role graphs at random: a control, never for use.
        parses: Cache of parses; None is `<folder>/parses.sqlite`.
        train, validation, test: Split names; None for a split that is not used.
        standardize: Bring every coordinate of the frame features to mean 0 and deviation 1 over the training videos.
        max_frames: Frames kept of a video, evenly chosen: round(linspace(0, F - 1, max_frames)) as published.
        lowercase: Lower the words that the model sees.
        word_vectors: GloVe text file (optionally gzipped) or npz; None starts from random vectors.
        min_word_count: Words rarer than this in the training captions are "<unk>".
        on_bad_features: What happens to videos whose features are not finite; "drop" as below.
        on_missing: What happens to captions without features and videos without captions. "error" stops and
            lists them; "drop" leaves them out and records the counts with every result.
    """

    folder: str
    features: tuple[str, ...] | None = None
    streams: tuple[str, ...] = ()
    text_features: tuple[str, ...] = ()
    parser: str | None = "builtin"
    graphs: str | None = None
    shuffle_graphs: bool = False
    parses: str | None = None
    train: str = "train"
    validation: str | None = "val"
    test: str | None = "test"
    standardize: bool = False
    max_frames: Positive | None = 20
    word_vectors: str | None = None
    lowercase: bool = True
    min_word_count: Positive = 1
    on_bad_features: Literal["error", "drop"] = "error"
    on_missing: Literal["error", "drop"] = "error"


class AlteredSettings(Section):
    """Altered captions as negatives of their own video: the level that owns a change should notice it.

    Attributes:
        probes: A probe set of the training captions, from `hgr probe make FOLDER --split train`.
        kinds: Kinds of probes; empty for all that make a caption worse, negations left out.
        temperature: Divides differences of scores, see hgr/losses/altered.py.
        owner: Weight of the owner's level preferring the caption.
        fused: Weight of the fused score preferring it.
        choice: Weight of the owner's margin being the largest among the levels'.
        prior: Weight of other videos preferring neither.
    """

    probes: str
    kinds: tuple[str, ...] = ()
    temperature: Rate = 0.05
    owner: NonNegative = 1.0
    fused: NonNegative = 1.0
    choice: NonNegative = 0.0
    prior: NonNegative = 0.0

    @field_validator("kinds")
    @classmethod
    def _kinds_exist(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        from hgr.analysis.probes.operators import OPERATORS

        for kind in kinds:
            if kind not in OPERATORS:
                raise ValueError(f"expected kinds among {', '.join(OPERATORS)}, found {kind!r}")
        return kinds


class ObjectiveSettings(Section):
    """What is minimized: a loss of every weighted matrix, and a system's own terms.

    Attributes:
        loss: Options of a loss; its `name` key names an entry of `LOSSES`.
        weights: Matrix name ("fused", a level, ...) -> weight.
        auxiliary: Name of a system's own term -> weight.
        positives: Which pairs of a batch are right: all captions of a video; captions with the same words for each
            other's videos too; or the diagonal, as published.
    """

    loss: SerializeAsAny[LossConfig] = HingeConfig()
    weights: Mapping[str, NonNegative] = {"fused": 1.0}
    auxiliary: Mapping[str, NonNegative] = {}
    positives: Literal["same_video", "same_text", "diagonal"] = "same_video"
    altered: AlteredSettings | None = None


class ScheduleSettings(Section):
    """The learning rate as a function of step and epoch.

    Attributes:
        name: "constant", "cosine" (to `final_factor`), "multistep" (times `factor` at each of `milestones`,
            in epochs done) or "plateau" (times `factor` after `patience` validations without a better value).
        warmup_steps: Linear rise at the start, under every schedule.
    """

    name: Literal["constant", "cosine", "multistep", "plateau"] = "constant"
    warmup_steps: Count = 0
    final_factor: NonNegative = 0.0
    milestones: tuple[Positive, ...] = ()
    factor: Annotated[float, Field(gt=0, le=1)] = 0.1
    patience: Count = 2


class TrainingSettings(Section):
    """How it is trained.

    Attributes:
        epochs: Passes over all captions of the training split.
        batch_size: Pairs a step, over all processes.
        batch_groups: Regular expression on video ids; pairs whose ids agree in what it matches go into one batch, as
            hard negatives of each other. None for random batches.
        weight_decay: On tensors with two or more dimensions only.
        learning_rate_factors: Prefix of parameter names -> factor of the learning rate; 0 freezes them.
        gradient_clip: Largest norm of all gradients together.
        precision: "bfloat16" runs encoders and similarities under autocast; weights and losses stay float32.
        validate_every: Epochs between validations.
        monitor: The value that decides what is best, bigger is better: "rsum" or another that evaluation has.
        patience: Validations without a better value before the training ends; None never.
        checkpoint_steps: Steps between checkpoints inside an epoch; None only at its end.
        workers: Processes that prepare batches; their number never changes a batch.
        deterministic: Refuse operators whose result may differ between runs; slower on a GPU.
    """

    epochs: Positive = 50
    batch_size: Positive = 64
    batch_groups: str | None = None
    drop_last: bool = False
    optimizer: Literal["adam", "adamw", "radam", "sgd"] = "adam"
    learning_rate: Rate = 1e-4
    betas: tuple[Fraction, Fraction] = (0.9, 0.999)
    epsilon: Rate = 1e-8
    momentum: Fraction = 0.9
    weight_decay: NonNegative = 0.0
    learning_rate_factors: Mapping[str, NonNegative] = {}
    schedule: ScheduleSettings = ScheduleSettings()
    gradient_clip: Rate | None = None
    precision: Literal["float32", "bfloat16"] = "float32"
    validate_every: Positive = 1
    monitor: str = "rsum"
    patience: Positive | None = None
    checkpoint_steps: Positive | None = None
    workers: Count = 0
    deterministic: bool = False

    @field_validator("batch_groups")
    @classmethod
    def _is_an_expression(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        return pattern


class EvaluationSettings(Section):
    """How it is measured.

    Attributes:
        batch_size: Texts or videos encoded at once.
        text_block, video_block: Size of the similarity blocks.
        queries: Every caption is a query, or every different string is, as HGR did.
        cutoffs: The K of R@K.
        ties: How the order of equal scores is decided.
        keep_similarity: Keep the matrices in the run's folder.
        products: "bfloat16" rounds the factors of the products of frames and phrases, sums stay float32; some ranks
            change. Only where the processor has the instructions, only systems that know it (HGR).
    """

    batch_size: Positive = 256
    text_block: Positive = 1024
    video_block: Positive = 256
    queries: Literal["every_caption", "unique_strings"] = "every_caption"
    cutoffs: tuple[Positive, ...] = Field(default=(1, 5, 10), min_length=1)
    ties: Literal["average", "optimistic", "pessimistic"] = "average"
    keep_similarity: bool = False
    products: Literal["float32", "bfloat16"] = "float32"


class Settings(Section):
    """One run.

    Attributes:
        name: What the run is called; the default of its folder is `runs/<name>`.
        seed: Seeds weights, dropout and the order of the training pairs.
        model: Options of a system; its `system` key names an entry of `SYSTEMS`.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    data: DataSettings
    model: SerializeAsAny[SystemConfig]
    objective: SerializeAsAny[ObjectiveSettings] = ObjectiveSettings()
    training: TrainingSettings = TrainingSettings()
    evaluation: EvaluationSettings = EvaluationSettings()

    @model_validator(mode="after")
    def _has_a_weight(self) -> Settings:
        if not any((*self.objective.weights.values(), *self.objective.auxiliary.values())):
            raise ValueError("objective.weights: expected at least one weight above 0")
        return self


def read_settings(path: str | Path, assignments: Sequence[str] = ()) -> Settings:
    """Settings of a YAML file, with `a.b=c` overrides.

    Raises:
        ConfigError: One problem a line, each with file, path, expected and found.
    """
    return check_settings(config.override(config.read_yaml(path), assignments), str(path))


def check_settings(data: Mapping[str, Any], source: str = "") -> Settings:
    """Settings from plain values; the model's options are those of its system, the loss's those of its class.

    Raises:
        ConfigError: One problem a line, each with file, path, expected and found.
    """
    system = _name_at(data, ("model", "system"), None)
    loss = _name_at(data, ("objective", "loss", "name"), HingeConfig().name)
    problems: list[str] = []
    try:
        config_class = _system_config(system)
    except ConfigError as error:
        problems, config_class = [*problems, *error.problems], SystemConfig
    try:
        loss_class = _loss_config(loss)
    except ConfigError as error:
        problems, loss_class = [*problems, *error.problems], LossConfig
    if problems:
        raise ConfigError(problems, source)
    return config.load(_narrowed(config_class, loss_class), dict(data), source=source)


def default_settings(model: SystemConfig, folder: str, name: str = "run") -> Settings:
    """Settings with all defaults, for use from Python."""
    return check_settings({"name": name, "data": {"folder": folder}, "model": config.plain(model)})


def _name_at(data: Any, keys: tuple[str, ...], default: str | None) -> Any:
    for key in keys:
        if not isinstance(data, Mapping) or key not in data:
            return default
        data = data[key]
    return data


def _system_config(name: Any) -> type[SystemConfig]:
    from hgr.systems import SYSTEMS

    if name is None:
        raise ConfigError([f"model.system: missing, expected one of {', '.join(SYSTEMS)}"])
    if not isinstance(name, str) or name not in SYSTEMS:
        raise ConfigError([f"model.system: expected one of {', '.join(SYSTEMS)}, found {name!r}"])
    return SYSTEMS[name].config


def _loss_config(name: Any) -> type[LossConfig]:
    if not isinstance(name, str) or name not in LOSSES:
        raise ConfigError([f"objective.loss.name: expected one of {', '.join(LOSSES)}, found {name!r}"])
    return LOSSES[name][0]


@cache
def _narrowed(model: type[SystemConfig], loss: type[LossConfig]) -> type[Settings]:
    """`Settings` with exactly these classes as model and loss sections, so that one check covers all keys."""
    objective = create_model(
        "ObjectiveSettings", __base__=ObjectiveSettings, loss=(loss, Field(default_factory=loss))
    )
    return create_model(
        "Settings",
        __base__=Settings,
        model=(model, ...),
        objective=(objective, Field(default_factory=objective)),
    )

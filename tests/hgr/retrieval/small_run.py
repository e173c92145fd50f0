"""A run of HGR with random weights on made-up features, and a parser of a few lines that reads its captions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from graphs.build import build_role_graph
from graphs.formats import write_role_graphs
from hgr.checkpoint import save_checkpoint
from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.folder import write_folder
from hgr.data.items import Caption, Video
from hgr.data.prepare import prepare
from hgr.data.recipes import Recipe
from hgr.models.hgr import HGRConfig
from hgr.settings import Settings, default_settings
from hgr.systems import build_system
from parsing.parsed_caption import Argument, ParsedCaption, ParseFailure, Predicate, Token

VERBS = {"pushes": "push", "lifts": "lift"}
COLORS, SHAPES = ("red", "blue", "green"), ("ball", "box", "cone")
DIM, FRAMES, SECONDS = 6, 7, 2.0


class SmallParser:
    """Known verbs are predicates; what stands before is ARG0, what comes after ARG1."""

    name, version = "small", "1"

    def parse(self, texts: Iterable[str], batch_size: int = 256) -> Iterator[ParsedCaption | ParseFailure]:
        for text in texts:
            yield ParseFailure(text, "told to fail") if "FAIL" in text else parse(text)


def parse(text: str) -> ParsedCaption:
    words = text.split()
    verb = next((i for i, word in enumerate(words) if word in VERBS), None)
    tokens = tuple(Token(word) for word in words)
    if verb is None:
        return ParsedCaption(text, tokens, (), (tuple(range(len(words))),))
    sides = (("ARG0", tuple(range(verb))), ("ARG1", tuple(range(verb + 1, len(words)))))
    arguments = tuple(Argument(role, part) for role, part in sides if part)
    return ParsedCaption(text, tokens, (Predicate((verb,), VERBS[words[verb]], arguments),), ())


def captions(count: int) -> list[Caption]:
    generator = np.random.default_rng(1)
    made = []
    for i in range(count):
        pick = [f"{generator.choice(COLORS)} {generator.choice(SHAPES)}" for _ in range(2)]
        verb = generator.choice(list(VERBS))
        made.append(Caption(f"c{i}", f"v{i % (count // 2)}", f"a {pick[0]} {verb} a {pick[1]}"))
    return made


def make_run(
    path: Path,
    *,
    count: int = 24,
    files: bool | str = False,
    seed: int = 0,
    frames: int = FRAMES,
    **changes: object,
) -> Path:
    """A data set in path/data, features in it, a run in path/run; returns the run's folder.

    Args:
        path: An empty folder.
        count: Captions, two a video.
        files: Whether the videos name files, videos/<id>.mp4, or the one file that all of them name.
        seed: Of the weights.
        frames: Rows of features a video.
        changes: Options of HGR.
    """
    made = captions(count)
    ids = [f"v{i}" for i in range(count // 2)]
    named = [files if isinstance(files, str) else f"videos/{v}.mp4" if files else None for v in ids]
    videos = [Video(v, file, duration=SECONDS) for v, file in zip(ids, named, strict=True)]
    data = path / "data"
    write_folder(data, made, videos, {"train": ids[:4], "val": ids[4:6], "test": ids[4:]})
    write_features(data / "features", ids, frames=frames)
    write_role_graphs(data / "graphs.jsonl", [(c.text, build_role_graph(parse(c.text))) for c in made])
    settings = small_settings(data, **changes)
    prepared = prepare(settings, ["train"])
    torch.manual_seed(seed)
    model = build_system(settings.model, prepared.spec)
    save_checkpoint(
        path / "run" / "checkpoints" / "best",
        settings=settings,
        spec=prepared.spec,
        weights=model.state_dict(),
        recipes=prepared.recipes,
    )
    return path / "run"


def small_settings(data: Path, **changes: object) -> Settings:
    return default_settings(HGRConfig(width=16, word_width=8, **changes), str(data), "small")  # type: ignore[arg-type]


def write_features(
    path: Path, ids: list[str], seed: int = 0, frames: int = FRAMES, backbone: str = "made-up"
) -> None:
    generator = np.random.default_rng(seed)
    recipe = Recipe(backbone, sampling={"frames": frames, "placement": "uniform"})
    with FeatureStoreWriter(path, {"frames": StreamPlan(DIM, recipe, "float32")}) as writer:
        for video in ids:
            writer.add(video, {"frames": generator.normal(size=(frames, DIM)).astype(np.float32)})
        writer.finish()

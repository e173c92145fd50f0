"""Trains the role labeller on PropBank roles over gold and predicted trees, and on captions labelled by rule.

python -m parsing.training.train_roles --data FOLDER --output parsing/models/roles.npz [--predicted FILE]

FOLDER holds ewt_train.jsonl.gz and frames.json.gz; the file of predicted trees is made by
parsing.training.predict_trees. The same seed, machine and versions give the same file.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import logging
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parsing.parsed_caption import Token
from parsing.roles_features import FeatureMaker
from parsing.roles_model import SCHEMA, RoleModel, load_role_model, quantize
from parsing.rules import RuleLabeller, predicate_heads
from parsing.training.grammar import CaptionGrammar
from parsing.training.lexicon import Lexicon
from parsing.training.scoring import argument_f1
from parsing.training.treebank import GoldSentence, read_treebank
from parsing.tree import Tree

_LOGGER = logging.getLogger(__name__)
Item = tuple[Tree, int, dict[int, str]]
"""A tree, a predicate in it, and the role of each of its arguments."""


@dataclass(frozen=True)
class RoleOptions:
    """What a training run depends on besides its data.

    Attributes:
        seed: Seed of weights, order and grammar.
        captions: Captions of the grammar, labelled by rule.
        members: Networks in the ensemble.
        buckets: Hash buckets.
        width: Width of the summed embeddings.
        hidden: Width of the hidden layer.
        epochs: Passes over the candidates.
        batch: Candidates per update.
        dropout: Dropout on the summed embedding and on the hidden layer.
        feature_dropout: Share of a candidate's features that are left out at random.
        learning_rate: Peak learning rate; falls linearly to 0.
        min_path: How often a path must hold an argument of a gold tree to be searched.
        min_predicted_path: The same for predicted trees, whose errors make paths of their own.
    """

    seed: int = 3
    captions: int = 8000
    members: int = 2
    buckets: int = 1 << 15
    width: int = 64
    hidden: int = 96
    epochs: int = 5
    batch: int = 512
    dropout: float = 0.35
    feature_dropout: float = 0.2
    learning_rate: float = 4e-3
    min_path: int = 3
    min_predicted_path: int = 8


def frame_tags(frames: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Lemma (particle joined by "_") -> roles with function tags in its verb rolesets, " n" if it names events too."""
    tags: dict[str, set[str]] = {}
    nouns = set()
    for name in sorted(frames):
        lemma = name.rpartition(".")[0]
        if "v" in frames[name]["pos"]:
            roles = frames[name]["roles"]
            tags.setdefault(lemma, set()).update(f"{number}{roles[number][0]}" for number in sorted(roles))
        if "n" in frames[name]["pos"]:
            nouns.add(lemma)
    return {
        lemma: " ".join([*sorted(tags.get(lemma, ())), *(["n"] if lemma in nouns else [])])
        for lemma in sorted(tags.keys() | nouns)
    }


def gold_items(sentences: Iterable[GoldSentence], trees: Iterable[Sequence[Token]]) -> list[Item]:
    """Verbs and copulas with gold roles on the given trees."""
    items = []
    for sentence, tokens in zip(sentences, trees, strict=True):
        tree = Tree(tokens)
        for predicate in sentence.predicates:
            gold = sentence.tokens[predicate.head]
            if gold.upos == "VERB" or (gold.upos == "AUX" and gold.deprel == "cop"):
                roles: dict[int, str] = {}
                for i, role in predicate.arguments:
                    if role != "C-V" and i != predicate.head:
                        roles.setdefault(i, role)
                items.append((tree, predicate.head, roles))
    return items


def caption_items(captions: Iterable[Sequence[Token]]) -> list[Item]:
    """Predicates of captions with the roles that the rules give them."""
    rules = RuleLabeller("en")
    items = []
    for tokens in captions:
        tree = Tree(tokens)
        heads = predicate_heads(tree)
        for verb, fillers in zip(heads, rules.arguments(tree, heads), strict=True):
            items.append((tree, verb, dict(fillers)))
    return items


def known_paths(items: Iterable[Item], least: int) -> frozenset[str]:
    """Tree paths that lead from a predicate to an argument at least `least` times."""
    counts: Counter[str] = Counter()
    for tree, verb, roles in items:
        for i in roles:
            path = tree.path(verb, i)
            if path:
                counts[path] += 1
    return frozenset(path for path, count in counts.items() if count >= least)


def train(
    data: Path, output: Path, options: RoleOptions, predicted: Sequence[Sequence[Token]] | None = None
) -> RoleModel:
    """Train a role model and write it.

    Args:
        data: Folder of the treebank.
        output: File to write (npz).
        options: Sizes and seeds.
        predicted: Predicted trees of the training sentences, used beside the gold ones.
    """
    sentences = read_treebank(data / "ewt_train.jsonl.gz")
    with gzip.open(data / "frames.json.gz", "rt", encoding="utf-8") as file:
        frames = json.load(file)
    grammar = CaptionGrammar(Lexicon(sentences), frames, options.seed)
    gold = gold_items(sentences, [s.tokens for s in sentences])
    paths = known_paths(gold, options.min_path)
    items = caption_items(grammar.caption() for _ in range(options.captions))
    if predicted is not None:
        on_predicted = gold_items(sentences, predicted)
        paths |= known_paths(on_predicted, options.min_predicted_path)
        items += on_predicted
    maker = FeatureMaker(paths, options.buckets, frame_tags(frames))
    counts = Counter(role for _, _, roles in gold for role in roles.values())
    labels = ["", *sorted(role for role, count in counts.items() if count >= 5)]
    rows, targets = _matrix(gold, maker, labels, gold=True)
    other_rows, other_targets = _matrix(items, maker, labels, gold=False)
    rows += other_rows
    targets = np.concatenate([targets, other_targets])
    _LOGGER.info("%d candidates on %d paths, %d labels", len(rows), len(paths), len(labels))
    members = [_fit(rows, targets, len(labels), options, options.seed + k) for k in range(options.members)]
    meta = {
        "schema": SCHEMA, "labels": labels, "paths": sorted(paths), "buckets": options.buckets,
        "frames": dict(sorted(maker.frames.items())), "members": len(members),
    }  # fmt: skip
    arrays: dict[str, NDArray] = {
        "meta": np.frombuffer(json.dumps(meta, separators=(",", ":")).encode(), dtype=np.uint8)
    }
    for k, member in enumerate(members):
        arrays[f"{k}/bytes"], arrays[f"{k}/scale"] = quantize(member.pop("embedding"))
        arrays |= {f"{k}/{name}": value.astype(np.float32) for name, value in member.items()}
    write_npz(output, arrays)
    return load_role_model(output)


def write_npz(path: Path, arrays: Mapping[str, NDArray]) -> None:
    """A compressed npz without time stamps, so that equal arrays give equal files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), buffer.getvalue(), zipfile.ZIP_DEFLATED
            )


def _matrix(
    items: list[Item], maker: FeatureMaker, labels: list[str], gold: bool
) -> tuple[list[list[int]], NDArray[np.int64]]:
    index = {label: k for k, label in enumerate(labels)}
    rules = RuleLabeller("en")
    rows: list[list[int]] = []
    targets: list[int] = []
    for tree, verb, roles in items:
        candidates = maker.candidates(tree, verb)
        rows += maker.features(tree, verb, candidates, rules.arguments(tree, [verb])[0], gold)
        targets += [index.get(roles.get(i, ""), 0) for i, _ in candidates]
    return rows, np.array(targets, dtype=np.int64)


def _fit(
    rows: list[list[int]], targets: NDArray[np.int64], labels: int, options: RoleOptions, seed: int
) -> dict[str, NDArray]:
    import torch
    from torch import nn

    torch.manual_seed(seed)
    ids = [np.array(row, dtype=np.int64) for row in rows]
    lengths = np.array([len(row) for row in rows])
    embedding = nn.EmbeddingBag(options.buckets, options.width, mode="sum")
    nn.init.normal_(embedding.weight, std=0.1)
    bias = nn.Parameter(torch.zeros(options.width))
    first, second = nn.Linear(options.width, options.hidden), nn.Linear(options.hidden, labels)
    dropout = nn.Dropout(options.dropout)
    parameters = [embedding.weight, bias, *first.parameters(), *second.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=options.learning_rate, fused=True)
    steps = options.epochs * (len(rows) // options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.0, 1.0 - step / steps))
    generator = torch.Generator().manual_seed(seed)
    y = torch.from_numpy(targets)
    for epoch in range(options.epochs):
        order = torch.randperm(len(rows), generator=generator)
        total = 0.0
        for start in range(0, len(rows) - options.batch + 1, options.batch):
            pick = order[start : start + options.batch]
            chosen = pick.numpy()
            flat = torch.from_numpy(np.concatenate([ids[k] for k in chosen]))
            offsets = torch.from_numpy(np.concatenate([[0], np.cumsum(lengths[chosen])[:-1]]))
            kept = (torch.rand(len(flat), generator=generator) >= options.feature_dropout).float()
            summed = embedding(flat, offsets, kept / (1.0 - options.feature_dropout))
            hidden = dropout(torch.relu(summed + bias))
            loss = nn.functional.cross_entropy(second(dropout(torch.relu(first(hidden)))), y[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        _LOGGER.info(
            "seed %d epoch %d loss %.4f", seed, epoch + 1, total / max(len(rows) // options.batch, 1)
        )
    with torch.no_grad():
        return {
            "embedding": embedding.weight.numpy().copy(), "bias": bias.numpy().copy(),
            "weight1": first.weight.T.numpy().copy(), "bias1": first.bias.numpy().copy(),
            "weight2": second.weight.T.numpy().copy(), "bias2": second.bias.numpy().copy(),
        }  # fmt: skip


def read_trees(path: Path) -> list[tuple[Token, ...]]:
    """Trees that parsing.training.predict_trees wrote: one JSON list of token rows a line, gzipped."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [tuple(Token(*row) for row in json.loads(line)) for line in lines]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--predicted", type=Path)
    defaults = RoleOptions()
    for name in ("seed", "captions", "members", "buckets", "width", "hidden", "epochs", "batch"):
        parser.add_argument(f"--{name}", type=int, default=getattr(defaults, name))
    for name in ("dropout", "feature_dropout", "learning_rate"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(defaults, name))
    arguments = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    data, output, predicted = arguments.pop("data"), arguments.pop("output"), arguments.pop("predicted")
    model = train(data, output, RoleOptions(**arguments), read_trees(predicted) if predicted else None)
    development = read_treebank(data / "ewt_dev.jsonl.gz")
    labelled, unlabelled = argument_f1(development, [s.tokens for s in development], model.for_gold_trees())
    logging.info("EWT dev, gold trees: F1 %.2f, unlabelled %.2f", labelled.f1, unlabelled.f1)


if __name__ == "__main__":
    main()

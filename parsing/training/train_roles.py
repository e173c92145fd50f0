"""Trains the role labeller on PropBank roles over gold and predicted trees, and on captions labelled by rule.

python -m parsing.training.train_roles --data FOLDER --output parsing/models/roles.npz [--predicted FILE ...]
    [--examples FILE]

FOLDER holds ewt_train.jsonl.gz, ewt_dev.jsonl.gz, frames.json.gz and frames_examples.jsonl.gz; the files of predicted
trees are those that parsing.training.train_all leaves in its work folder. The same seed, machine and versions give the
same file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from parsing.parsed_caption import Token
from parsing.roles_columns import Sentence
from parsing.roles_features import FeatureMaker
from parsing.roles_model import SCHEMA, RoleModel, load_role_model, quantize
from parsing.rules import RuleLabeller, predicate_heads
from parsing.training.frame_examples import FrameExample, argument_heads, read_examples
from parsing.training.grammar import CaptionGrammar
from parsing.training.lexicon import Lexicon
from parsing.training.npz_file import write_npz
from parsing.training.scoring import argument_f1
from parsing.training.tree_files import read_trees
from parsing.training.treebank import GoldSentence, read_treebank
from parsing.tree import Tree

if TYPE_CHECKING:
    from parsing.training.role_network import NetworkOptions, RoleData

_LOGGER = logging.getLogger(__name__)
Item = tuple[Tree, int, dict[int, str]]
"""A tree, a predicate in it, and the role of each of its arguments."""


@dataclass(frozen=True)
class RoleOptions:
    """What a training run depends on besides its data and the networks' own options.

    Attributes:
        seed: Seed of grammar and networks.
        captions: Captions of the grammar, labelled by rule.
        members: Networks in the ensemble.
        min_path: How often a path must hold an argument of a gold tree to be searched.
        min_predicted_path: The same for predicted trees, whose errors make paths of their own.
    """

    seed: int = 3
    captions: int = 8000
    members: int = 5
    min_path: int = 3
    min_predicted_path: int = 8


@dataclass(frozen=True)
class Predictions:
    """Predicted trees.

    Attributes:
        treebank: Trees of the training sentences, as many readings of each as there are lists.
        examples: Trees of the frame files' sentences, none where they are not used.
    """

    treebank: Sequence[Sequence[Sequence[Token]]] = ()
    examples: Sequence[Sequence[Token]] = field(default_factory=list)


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


def example_items(examples: Iterable[FrameExample], trees: Iterable[Sequence[Token]]) -> list[Item]:
    """Predicates of the frame files' sentences that their trees also call verbs."""
    items = []
    for example, tokens in zip(examples, trees, strict=True):
        if example.head < len(tokens) and tokens[example.head].upos == "VERB":
            items.append((Tree(tokens), example.head, argument_heads(example, tokens)))
    return items


def train(
    data: Path, output: Path, options: RoleOptions, sizes: NetworkOptions, predicted: Predictions
) -> RoleModel:
    """Train a role model and write it.

    Args:
        data: Folder of the treebank.
        output: File to write (npz).
        options: Seeds and data.
        sizes: Sizes and schedule of each network.
        predicted: Predicted trees, used beside the gold ones.
    """
    from parsing.training.role_network import fit

    maker, labels, found = training_data(data, options, sizes.buckets, predicted)
    members = [fit(found, len(labels), sizes, options.seed + k) for k in range(options.members)]
    write_model(output, maker, labels, members)
    return load_role_model(output)


def training_data(
    data: Path, options: RoleOptions, buckets: int, predicted: Predictions
) -> tuple[FeatureMaker, list[str], RoleData]:
    """Feature maker, labels ("" first) and candidates of everything the networks are trained on."""
    sentences = read_treebank(data / "ewt_train.jsonl.gz")
    with gzip.open(data / "frames.json.gz", "rt", encoding="utf-8") as file:
        frames = json.load(file)
    grammar = CaptionGrammar(Lexicon(sentences), frames, options.seed)
    gold = gold_items(sentences, [s.tokens for s in sentences])
    paths = known_paths(gold, options.min_path)
    others = caption_items(grammar.caption() for _ in range(options.captions))
    for trees in predicted.treebank:
        on_predicted = gold_items(sentences, trees)
        paths |= known_paths(on_predicted, options.min_predicted_path)
        others += on_predicted
    examples = (
        example_items(read_examples(data / "frames_examples.jsonl.gz"), predicted.examples)
        if predicted.examples
        else []
    )
    maker = FeatureMaker(paths, buckets, frame_tags(frames))
    counts = Counter(role for _, _, roles in gold for role in roles.values())
    labels = ["", *sorted(role for role, count in counts.items() if count >= 5)]
    found = role_data(maker, labels, {"G": gold, "P": others, "E": examples})
    _LOGGER.info("%d candidates on %d paths, %d labels", len(found.targets), len(paths), len(labels))
    return maker, labels, found


def role_data(maker: FeatureMaker, labels: Sequence[str], items: Mapping[str, Sequence[Item]]) -> RoleData:
    """Candidates of items by the source of their trees (`ColumnMaker.columns`)."""
    from parsing.training.role_network import RoleData

    index = {label: k for k, label in enumerate(labels)}
    rules = RuleLabeller("en")
    features: list[NDArray] = []
    targets: list[int] = []
    sizes: list[int] = []
    example: list[bool] = []
    for trust, chosen in items.items():
        for tree, verb, roles in chosen:
            candidates = maker.candidates(tree, verb)
            if candidates:
                sentence = Sentence(tree, [verb], [candidates], rules.arguments(tree, [verb]))
                columns = maker.table.columns([sentence], trust)
                features.append(maker.features(columns).astype(np.int32))
                targets += [index.get(roles.get(i, ""), 0) for i, _ in candidates]
                sizes.append(len(candidates))
                example.append(trust == "E")
    return RoleData(
        np.concatenate(features), np.array(targets), np.array(sizes), np.array(example, dtype=bool)
    )


def write_model(
    path: Path, maker: FeatureMaker, labels: Sequence[str], members: Sequence[Mapping[str, NDArray]]
) -> None:
    """Write networks (`parsing.training.role_network.RoleNetwork.arrays`) as a role model."""
    meta = {
        "schema": SCHEMA, "labels": list(labels), "paths": sorted(maker.paths), "buckets": maker.buckets,
        "frames": dict(sorted(maker.frames.items())), "templates": list(maker.templates), "members": len(members),
    }  # fmt: skip
    arrays: dict[str, NDArray] = {
        "meta": np.frombuffer(json.dumps(meta, separators=(",", ":")).encode(), dtype=np.uint8)
    }
    for k, member in enumerate(members):
        arrays[f"{k}/bytes"], arrays[f"{k}/scale"] = quantize(member["embedding"])
        arrays |= {f"{k}/{name}": value for name, value in member.items() if name != "embedding"}
    write_npz(path, arrays)


def main() -> None:
    """Command line: options of `RoleOptions` and `NetworkOptions` as flags."""
    import torch

    from parsing.training.role_network import NetworkOptions

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--predicted", type=Path, action="append", default=[])
    parser.add_argument("--examples", type=Path)
    for defaults in (RoleOptions(), NetworkOptions()):
        for option in fields(defaults):
            value = getattr(defaults, option.name)
            parser.add_argument(f"--{option.name.replace('_', '-')}", type=type(value), default=value)
    arguments = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    data = arguments["data"]
    predicted = Predictions(
        [read_trees(path) for path in arguments["predicted"]],
        read_trees(arguments["examples"]) if arguments["examples"] else [],
    )
    options = RoleOptions(**{option.name: arguments[option.name] for option in fields(RoleOptions)})
    sizes = NetworkOptions(**{option.name: arguments[option.name] for option in fields(NetworkOptions)})
    model = train(data, arguments["output"], options, sizes, predicted)
    development = read_treebank(data / "ewt_dev.jsonl.gz")
    labelled, unlabelled = argument_f1(development, [s.tokens for s in development], model.for_gold_trees())
    logging.info("EWT dev, gold trees: F1 %.2f, unlabelled %.2f", labelled.f1, unlabelled.f1)


if __name__ == "__main__":
    main()

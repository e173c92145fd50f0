"""Predicted trees of the training sentences by pipelines that have not seen them, for training the role labeller.

python -m parsing.training.jackknife_trees --data FOLDER --output FILE [--folds 3] [--steps 1300]
    [--vectors vectors.npz]

The role labeller meets predicted trees in use; trained on gold trees alone it trusts them too much. The sentences are
cut into folds, a pipeline is trained briefly on all folds but one, and reads that one.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsing.training.scoring import tree_scores
from parsing.training.train_pipeline import PipelineOptions, Tree, fit, predicted_trees, read_frames
from parsing.training.tree_files import write_trees
from parsing.training.treebank import GoldSentence, read_treebank
from parsing.training.word_vectors import WordVectors, read_vectors

if TYPE_CHECKING:
    from spacy.language import Language

FOLDS = 3
BLOCK = 10
"""Neighboring sentences that stay together, since they are mostly of one document."""
SHORT = PipelineOptions(
    steps=1300, width=128, dropout=0.1, learning_rate=1.5e-3, decay_from=0.3, captions=4000, lowered=0.3
)
"""A pipeline that is trained in a few minutes."""
_LOGGER = logging.getLogger(__name__)


def jackknife(
    sentences: list[GoldSentence],
    frames: Mapping[str, Any],
    options: PipelineOptions,
    folds: int,
    vectors: WordVectors | None = None,
) -> list[Tree]:
    """A predicted tree of each sentence; fold `k` is trained with seed `options.seed + k`."""
    trees: dict[int, Tree] = {}
    for fold in range(folds):
        held = [i for i in range(len(sentences)) if i // BLOCK % folds == fold]
        kept = set(range(len(sentences))) - set(held)
        gold = [sentences[i].tokens for i in held]

        def read(nlp: Language, step: int, gold: list[Tree] = gold) -> list[Tree]:
            found = predicted_trees(nlp, gold)
            _LOGGER.info("step %d, LAS %.2f", step, tree_scores(gold, found)["las"])
            return found

        chosen = replace(options, seed=options.seed + fold, evaluate_every=options.steps)
        found = fit([sentences[i] for i in sorted(kept)], frames, chosen, read, vectors)
        trees |= dict(zip(held, found, strict=True))
    return [trees[i] for i in range(len(sentences))]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, help="word vectors, from parsing.training.word_vectors")
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--steps", type=int, default=SHORT.steps)
    parser.add_argument("--seed", type=int, default=SHORT.seed)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sentences = read_treebank(chosen.data / "ewt_train.jsonl.gz")
    options = replace(SHORT, steps=chosen.steps, seed=chosen.seed)
    vectors = None if chosen.vectors is None else read_vectors(chosen.vectors)
    trees = jackknife(sentences, read_frames(chosen.data), options, chosen.folds, vectors)
    _LOGGER.info("LAS %.2f on all", tree_scores([s.tokens for s in sentences], trees)["las"])
    write_trees(chosen.output, trees)


if __name__ == "__main__":
    main()

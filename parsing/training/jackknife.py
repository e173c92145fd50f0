"""Trees of the training sentences by parsers that have not seen them, for training the role labeller.

python -m parsing.training.jackknife --data FOLDER --output FILE [--folds 2] [--steps 800]

The role labeller meets predicted trees in use; trained on gold trees alone it trusts them too much.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from parsing.training.train_pipeline import PipelineOptions, Tree, fit, predicted_trees, read_frames
from parsing.training.treebank import GoldSentence, read_treebank

if TYPE_CHECKING:
    from spacy.language import Language

_LOGGER = logging.getLogger(__name__)


def jackknifed_trees(
    sentences: list[GoldSentence], frames: dict, folds: int, options: PipelineOptions
) -> list[Tree]:
    """A predicted tree for each sentence; sentence k is parsed by the parser trained without fold k modulo `folds`."""
    trees: list[Tree] = [()] * len(sentences)
    for fold in range(folds):
        unseen = [s.tokens for s in sentences[fold::folds]]
        rest = [s for k, s in enumerate(sentences) if k % folds != fold]

        def parse(nlp: Language, step: int, unseen: list[Tree] = unseen) -> list[Tree]:
            return predicted_trees(nlp, unseen)

        trees[fold::folds] = fit(rest, frames, options, parse)
        _LOGGER.info("fold %d of %d done", fold + 1, folds)
    return trees


def write_trees(path: Path, trees: list[Tree]) -> None:
    """Trees as a gzipped file of one JSON list of token rows a line; no time stamp inside."""
    lines = [
        json.dumps(
            [[t.text, t.lemma, t.upos, t.xpos, t.feats, t.head, t.deprel] for t in tree], ensure_ascii=False
        )
        for tree in trees
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", mtime=0))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=800)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = PipelineOptions(steps=chosen.steps, evaluate_every=chosen.steps, decay_from=0.3)
    sentences = read_treebank(chosen.data / "ewt_train.jsonl.gz")
    write_trees(chosen.output, jackknifed_trees(sentences, read_frames(chosen.data), chosen.folds, options))


if __name__ == "__main__":
    main()

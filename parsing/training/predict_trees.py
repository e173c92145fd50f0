"""Predicted trees of the training sentences or of the frame files' examples, for training the role labeller.

python -m parsing.training.predict_trees --data FOLDER --pipeline FOLDER --output FILE [--examples]

The role labeller meets predicted trees in use; trained on gold trees alone it trusts them too much. The pipeline
should be one that was trained briefly: its trees of sentences it has seen are then about as wrong as the trees that
a fully trained pipeline makes of new sentences.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
from pathlib import Path

from parsing.parsed_caption import Token
from parsing.training.frame_examples import read_examples
from parsing.training.scoring import tree_scores
from parsing.training.train_pipeline import Tree, predicted_trees, trees_of_words
from parsing.training.treebank import read_treebank


def write_trees(path: Path, trees: list[Tree]) -> None:
    """Trees as a gzipped file of one JSON list of token rows a line; no time stamp inside."""
    lines = [
        json.dumps(
            [[t.text, t.lemma, t.upos, t.xpos, t.feats, t.head, t.deprel] for t in tree], ensure_ascii=False
        )
        for tree in trees
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", mtime=0))


def read_trees(path: Path) -> list[tuple[Token, ...]]:
    """Trees that `write_trees` wrote: one JSON list of token rows a line, gzipped."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [tuple(Token(*row) for row in json.loads(line)) for line in lines]


def main() -> None:
    """Command line."""
    import spacy

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pipeline", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--examples", action="store_true", help="the frame files' examples instead")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    nlp = spacy.load(chosen.pipeline)
    if chosen.examples:
        examples = read_examples(chosen.data / "frames_examples.jsonl.gz")
        trees = trees_of_words(nlp, [example.words for example in examples])
        logging.info("%d examples", len(trees))
    else:
        gold = [s.tokens for s in read_treebank(chosen.data / "ewt_train.jsonl.gz")]
        trees = predicted_trees(nlp, gold)
        logging.info("LAS %.2f on the sentences that get predicted trees", tree_scores(gold, trees)["las"])
    write_trees(chosen.output, trees)


if __name__ == "__main__":
    main()

"""Trains both model files of the package, every step in order.

OMP_NUM_THREADS=1 python -m parsing.training.train_all --data FOLDER --work FOLDER --output parsing/models
    [--captions FILE.json.gz --labelled FILE.json]

The same machine and versions give the same files. Steps whose result lies in the work folder are not repeated.
"""

from __future__ import annotations

import argparse
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from parsing.training.frame_examples import read_examples
from parsing.training.jackknife_trees import FOLDS, SHORT, jackknife
from parsing.training.role_network import NetworkOptions
from parsing.training.train_pipeline import PipelineOptions, Tree, read_frames, train, trees_of_words
from parsing.training.train_roles import Predictions, RoleOptions
from parsing.training.train_roles import train as train_role_model
from parsing.training.tree_files import read_trees, write_trees
from parsing.training.treebank import read_treebank
from parsing.training.word_vectors import (
    VectorOptions,
    learn,
    read_captions,
    read_texts,
    read_vectors,
    write_vectors,
)

_LOGGER = logging.getLogger(__name__)


def cached(path: Path, make: Callable[[], list[Tree]]) -> list[Tree]:
    """Trees from a file, which is made where it is missing."""
    if not path.is_file():
        write_trees(path, make())
    return list(read_trees(path))


def train_all(
    data: Path,
    work: Path,
    output: Path,
    pipeline: PipelineOptions | None = None,
    short: PipelineOptions = SHORT,
    folds: int = FOLDS,
    roles: RoleOptions | None = None,
    network: NetworkOptions | None = None,
    vectors: VectorOptions | None = None,
    captions: Path | None = None,
    labelled: Path | None = None,
) -> None:
    """Learn word vectors, train the pipeline, read the training sentences and the examples, train the role model.

    Args:
        data: Folder of the treebank.
        work: Folder for what is between: the pipeline, predicted trees.
        output: Folder of the model files; gets `pipeline` and `roles.npz`.
        pipeline: Options of the pipeline.
        short: Options of the pipelines that read the training sentences.
        folds: Number of these.
        roles: Data and seeds of the role model.
        network: Sizes of its networks.
        vectors: Sizes of the word vectors.
        captions: Captions whose words they are learnt from too, see `word_vectors`; None for none.
        labelled: Captions that the parser is measured on; no caption of their videos is read.
    """
    import spacy

    work.mkdir(parents=True, exist_ok=True)
    if not (work / "vectors.npz").is_file():
        texts = read_texts(data, *read_captions(captions, labelled))
        write_vectors(work / "vectors.npz", learn(texts, vectors or VectorOptions()))
    words = read_vectors(work / "vectors.npz")
    trained = work / "pipeline"
    if not (trained / "done").is_file():
        scores = train(data, trained, pipeline or PipelineOptions(), words)
        _LOGGER.info("pipeline: %s", scores)
        (trained / "done").touch()

    def of_sentences() -> list[Tree]:
        return jackknife(read_treebank(data / "ewt_train.jsonl.gz"), read_frames(data), short, folds, words)

    def of_examples() -> list[Tree]:
        words = [example.words for example in read_examples(data / "frames_examples.jsonl.gz")]
        return trees_of_words(spacy.load(trained), words)

    predictions = Predictions(
        [cached(work / "jackknife.gz", of_sentences)], cached(work / "examples.gz", of_examples)
    )
    train_role_model(
        data, output / "roles.npz", roles or RoleOptions(), network or NetworkOptions(), predictions
    )
    if (output / "pipeline").exists():
        shutil.rmtree(output / "pipeline")
    shutil.copytree(trained, output / "pipeline", ignore=shutil.ignore_patterns("done"))


def main() -> None:
    """Command line."""
    import torch

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("data", "work", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--captions", type=Path, help="gzipped JSON, {video: [captions]}, for word vectors")
    parser.add_argument("--labelled", type=Path, help="JSON, labelled captions whose videos are left out")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    train_all(chosen.data, chosen.work, chosen.output, captions=chosen.captions, labelled=chosen.labelled)


if __name__ == "__main__":
    main()

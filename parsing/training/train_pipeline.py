"""Trains the builtin spaCy pipeline on the treebank and the caption grammar.

python -m parsing.training.train_pipeline --data FOLDER --output parsing/models/pipeline [--vectors vectors.npz]

FOLDER holds ewt_train.jsonl.gz, ewt_dev.jsonl.gz and frames.json.gz (docs/parser.md says how they are made). The same
seed, machine and versions give the same files.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from parsing.parsed_caption import ROOT, Token
from parsing.training.grammar import CaptionGrammar
from parsing.training.lexicon import Lexicon
from parsing.training.scoring import tree_scores
from parsing.training.treebank import GoldSentence, read_treebank
from parsing.training.word_vectors import WordVectors, read_vectors

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.training import Example
    from spacy.vectors import Vectors

_LOGGER = logging.getLogger(__name__)
Tree = tuple[Token, ...]
Result = TypeVar("Result")


META = {
    "name": "ud_ewt_caption_sm",
    "version": "1.0.0",
    "description": "Universal Dependencies trees of video captions; trained on UD_English-EWT and a caption grammar.",
    "author": "hgr",
    "license": "CC BY-SA 4.0",
    "sources": [
        {
            "name": "UD_English-EWT 2.16",
            "url": "https://github.com/UniversalDependencies/UD_English-EWT",
            "license": "CC BY-SA 4.0",
            "author": "Universal Dependencies contributors",
        },
        {
            "name": "propbank-frames",
            "url": "https://github.com/propbank/propbank-frames",
            "license": "CC BY-SA 4.0",
            "author": "PropBank, University of Colorado Boulder",
        },
        {
            "name": "MSR-VTT captions (word vectors: counts of neighbors, no text)",
            "url": "https://www.microsoft.com/en-us/research/publication/msr-vtt-a-large-video-description-dataset-for-bridging-video-and-language/",
            "license": "research use",
            "author": "Xu, Mei, Yao and Rui, CVPR 2016",
        },
    ],
}
"""What the pipeline's meta.json says about its origin."""


@dataclass(frozen=True)
class PipelineOptions:
    """What a training run depends on besides its data.

    Attributes:
        seed: Seed of weights, order, dropout and grammar.
        steps: Number of updates.
        captions: Captions drawn from the grammar per pass over the treebank; every pass draws new ones.
        lowered: Share of treebank sentences that also appear lower-cased and without final punctuation.
        width: Width of the token vectors.
        depth: Convolution layers.
        hidden: Width of the parser's hidden layer.
        rows: Rows of the hash embeddings: norm, prefix, suffix, shape.
        dropout: Dropout rate.
        learning_rate: Peak of the learning rate.
        warmup: Updates until the peak.
        decay_from: Share of the steps after which the rate falls linearly to 0.
        words: Words per batch at the end; batches grow from a tenth of it over the first 1,500 steps.
        evaluate_every: Updates between evaluations on the development set (reported, nothing is selected by them).
    """

    seed: int = 7
    steps: int = 4200
    captions: int = 8000
    lowered: float = 0.5
    width: int = 192
    depth: int = 4
    hidden: int = 128
    rows: tuple[int, int, int, int] = (5000, 1000, 2500, 2500)
    dropout: float = 0.1
    learning_rate: float = 1e-3
    warmup: int = 100
    decay_from: float = 0.3
    words: int = 1000
    evaluate_every: int = 2100


def build_pipeline(options: PipelineOptions, vectors: WordVectors | None = None) -> Language:
    """An untrained English pipeline: tok2vec, tagger, morphologizer, trainable_lemmatizer, parser.

    Args:
        options: Sizes.
        vectors: Vectors of lower-case words, an input of tok2vec that is not trained; None for none.
    """
    import spacy
    from spacy.vectors import Vectors

    nlp = spacy.blank("en")
    nlp.meta.update(META)
    if vectors is not None:
        table = Vectors(data=vectors.values.copy(), keys=vectors.words, name="captions", attr="LOWER")
        nlp.vocab.vectors = table
    width = options.width
    tok2vec = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2", "width": width, "rows": list(options.rows),
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"], "include_static_vectors": vectors is not None,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2", "width": width, "depth": options.depth,
            "window_size": 1, "maxout_pieces": 3,
        },
    }  # fmt: skip
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": "*"}
    tagger = {"@architectures": "spacy.Tagger.v2", "nO": None, "normalize": False, "tok2vec": listener}
    parser = {
        "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "parser", "extra_state_tokens": False,
        "hidden_width": options.hidden, "maxout_pieces": 2, "use_upper": True, "nO": None, "tok2vec": listener,
    }  # fmt: skip
    nlp.add_pipe("tok2vec", config={"model": tok2vec})
    nlp.add_pipe("tagger", config={"model": tagger})
    nlp.add_pipe("morphologizer", config={"model": tagger})
    nlp.add_pipe("trainable_lemmatizer", config={"model": tagger, "min_tree_freq": 3, "top_k": 1})
    nlp.add_pipe("parser", config={"model": parser, "min_action_freq": 10})
    return nlp


def by_spelling(vectors: Vectors, lower: Iterable[str]) -> Vectors:
    """Vectors that are found by a word as it is written: in lower case, with a capital, in capitals.

    spaCy forgets which attribute the keys are when it writes vectors, so a pipeline that is read again would look for
    the spelling; other spellings ("iPhone") have no vector then.

    Args:
        vectors: Vectors of lower-case words, a row each.
        lower: These words in the order of their rows.
    """
    from spacy.vectors import Vectors

    words = tuple(lower)
    found = Vectors(data=vectors.data, keys=words, name=vectors.name)
    known = set(words)
    for row, word in enumerate(words):
        for spelled in dict.fromkeys((word.capitalize(), word.upper())):
            if spelled not in known:
                found.add(spelled, row=row)
    return found


def annotated_doc(nlp: Language, tree: Tree) -> Doc:
    """A gold Doc of one sentence."""
    from spacy.tokens import Doc

    return Doc(
        nlp.vocab,
        words=[t.text for t in tree],
        tags=[t.xpos or "_" for t in tree],
        pos=[t.upos for t in tree],
        morphs=[t.feats for t in tree],
        lemmas=[t.lemma for t in tree],
        heads=[i if t.head == ROOT else t.head for i, t in enumerate(tree)],
        deps=["ROOT" if t.head == ROOT else t.deprel for t in tree],
        sent_starts=[i == 0 for i in range(len(tree))],
    )


def plain_doc(nlp: Language, words: list[str]) -> Doc:
    """A Doc of words that is one sentence by decree: the parser may not cut it."""
    from spacy.tokens import Doc

    return Doc(nlp.vocab, words=words, sent_starts=[i == 0 for i in range(len(words))])


def example(nlp: Language, tree: Tree) -> Example:
    """A training example of one tree."""
    from spacy.training import Example

    return Example(plain_doc(nlp, [t.text for t in tree]), annotated_doc(nlp, tree))


def lowered(tree: Tree) -> Tree:
    """The sentence as a caption would write it: lower case, no final punctuation."""
    end = len(tree)
    while end > 1 and tree[end - 1].upos == "PUNCT" and all(t.head != end - 1 for t in tree):
        end -= 1
    return tuple(replace(t, text=t.text.lower()) for t in tree[:end])


def batches(
    treebank: list[Tree], grammar: CaptionGrammar, options: PipelineOptions, random: Random
) -> Iterator[list[Tree]]:
    """Endless batches of similar sizes in words: treebank, its lower-cased copies and fresh captions, shuffled."""
    step = 0
    batch: list[Tree] = []
    size = 0
    while True:
        trees = list(treebank)
        trees += [lowered(tree) for tree in treebank if random.random() < options.lowered]
        trees += [grammar.caption() for _ in range(options.captions)]
        random.shuffle(trees)
        for tree in trees:
            batch.append(tree)
            size += len(tree)
            if size >= options.words * min(1.0, 0.1 + 0.9 * step / 1500):
                yield batch
                batch, size, step = [], 0, step + 1


def learning_rate(options: PipelineOptions, step: int) -> float:
    """Warm-up, plateau, linear fall to 0."""
    start = options.decay_from * options.steps
    falling = 1.0 if step < start else max(0.0, (options.steps - step) / (options.steps - start))
    return options.learning_rate * min(1.0, (step + 1) / options.warmup) * falling


def predicted_trees(nlp: Language, trees: list[Tree]) -> list[Tree]:
    """The pipeline's own trees for the words of the given ones."""
    return trees_of_words(nlp, [[t.text for t in tree] for tree in trees])


def trees_of_words(nlp: Language, sentences: Sequence[Sequence[str]]) -> list[Tree]:
    """The pipeline's trees of sentences given as words."""
    from parsing.spacy_parser import doc_tokens

    docs = (plain_doc(nlp, list(words)) for words in sentences)
    return [doc_tokens(doc) for doc in nlp.pipe(docs, batch_size=128)]


def train(
    data: Path,
    output: Path,
    options: PipelineOptions,
    vectors: WordVectors | None = None,
    keep: bool = False,
) -> dict[str, float]:
    """Train a pipeline and write it.

    Args:
        data: Folder of the treebank.
        output: Folder to write.
        options: Sizes and seeds.
        vectors: See `build_pipeline`.
        keep: Also write the pipelines that are evaluated on the way, "output-STEP".

    Returns:
        Scores of the written pipeline on the development set.
    """
    sentences = read_treebank(data / "ewt_train.jsonl.gz")
    development = [s.tokens for s in read_treebank(data / "ewt_dev.jsonl.gz")]
    started = time.perf_counter()
    output.mkdir(parents=True, exist_ok=True)

    def evaluate(nlp: Language, step: int) -> dict[str, float]:
        scores = tree_scores(development, predicted_trees(nlp, development))
        _LOGGER.info("step %d, %.0f s, %s", step, time.perf_counter() - started, _format(scores))
        write_pipeline(nlp, output, vectors)
        if keep and step < options.steps:
            write_pipeline(nlp, output.with_name(f"{output.name}-{step}"), vectors)
        return scores

    return fit(sentences, read_frames(data), options, evaluate, vectors)


def write_pipeline(nlp: Language, output: Path, vectors: WordVectors | None) -> None:
    """Write a pipeline so that what is read again is what was trained."""
    trained = nlp.vocab.vectors
    if vectors is not None:
        nlp.vocab.vectors = by_spelling(trained, vectors.words)
    nlp.to_disk(output)
    nlp.vocab.vectors = trained


def read_frames(data: Path) -> dict[str, Any]:
    """PropBank rolesets by name."""
    with gzip.open(data / "frames.json.gz", "rt", encoding="utf-8") as file:
        return json.load(file)


def fit(
    sentences: list[GoldSentence],
    frames: Mapping[str, Any],
    options: PipelineOptions,
    evaluate: Callable[[Language, int], Result],
    vectors: WordVectors | None = None,
) -> Result:
    """Train a pipeline on sentences and captions.

    Args:
        sentences: Treebank.
        frames: PropBank rolesets, for the grammar.
        options: Sizes and seeds.
        evaluate: Called with the averaged weights in place now and then, and at the end.
        vectors: See `build_pipeline`.

    Returns:
        What `evaluate` said at the end.
    """
    from thinc.api import fix_random_seed

    fix_random_seed(options.seed)
    grammar = CaptionGrammar(Lexicon(sentences), frames, options.seed)
    treebank = [s.tokens for s in sentences]
    nlp = build_pipeline(options, vectors)
    seen = treebank + [grammar.caption() for _ in range(min(2000, options.captions))]
    optimizer = nlp.initialize(lambda: [example(nlp, tree) for tree in seen])
    random = Random(options.seed)
    losses: dict[str, float] = {}
    stream = batches(treebank, grammar, options, random)
    for step in range(options.steps):
        optimizer.learn_rate = learning_rate(options, step)
        nlp.update(
            [example(nlp, t) for t in next(stream)], drop=options.dropout, sgd=optimizer, losses=losses
        )
        if (step + 1) % options.evaluate_every == 0 and step + 1 < options.steps:
            with nlp.use_params(optimizer.averages):
                evaluate(nlp, step + 1)
    with nlp.use_params(optimizer.averages):
        return evaluate(nlp, options.steps)


def _format(scores: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.2f}" for name, value in scores.items())


def main() -> None:
    """Command line: options of `PipelineOptions` as flags."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, help="word vectors, from parsing.training.word_vectors")
    parser.add_argument("--keep", action="store_true", help="also write the pipelines evaluated on the way")
    defaults = PipelineOptions()
    for name in (
        "seed",
        "steps",
        "captions",
        "width",
        "depth",
        "hidden",
        "words",
        "warmup",
        "evaluate_every",
    ):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(defaults, name))
    for name in ("lowered", "dropout", "learning_rate", "decay_from"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(defaults, name))
    arguments = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    data, output, keep = arguments.pop("data"), arguments.pop("output"), arguments.pop("keep")
    file = arguments.pop("vectors")
    vectors = None if file is None else read_vectors(file)
    scores = train(data, output, PipelineOptions(**arguments), vectors, keep)
    logging.info("done: %s", _format(scores))


if __name__ == "__main__":
    main()

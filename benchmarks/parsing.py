"""Quality and speed of the builtin parser, every row of its table.

python -m benchmarks.parsing --data ../shared/data [--held-back] [--captions 59800] [--skip-speed]

Trees and roles are measured on the EWT test set, captions on the hand-labelled ones, missed verbs over MSR-VTT captions
with the labels of benchmarks/parsing_verbless.json, speed in one process and in two, by both kinds of matrix products,
and of `hgr parse`. The cache's own figures: python -m benchmarks.cache.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import multiprocessing
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from parsing import ParsedCaption, load_parser
from parsing.parsed_caption import Token
from parsing.predicates import Labeller
from parsing.roles_model import RoleModel
from parsing.rules import RuleLabeller
from parsing.spacy_parser import MODELS, SpacyParser, caption_doc, doc_tokens
from parsing.training.scoring import CaptionScore, argument_f1, caption_scores, tree_scores
from parsing.training.train_pipeline import lowered
from parsing.training.treebank import GoldSentence, read_treebank

REPOSITORY = Path(__file__).resolve().parent.parent
LABELLED = REPOSITORY / "tests" / "parsing" / "data" / "captions_labelled.json"
VERBLESS = Path(__file__).resolve().parent / "parsing_verbless.json"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as they are": str,
    '"A ... ."': lambda text: f"{text[0].upper()}{text[1:]}.",
    '", and", ", while"': lambda text: re.sub(r"(?<=\w) (while|and)\b", r", \1", text),
}
"""Other spellings of a caption, each with as many words."""
SAMPLE = 200
SAMPLE_SEED = 11
SPEED_CAPTIONS = 6000
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Set to 1, since a process that uses two cores says nothing about one; the package's own workers do the same."""


def predicted(parser: SpacyParser, trees: Sequence[Sequence[Token]]) -> list[tuple[Token, ...]]:
    """The parser's trees for the words of gold trees."""
    docs = (caption_doc(parser.nlp, [t.text for t in tree]) for tree in trees)
    return [doc_tokens(doc) for doc in parser.nlp.pipe(docs, batch_size=128)]


def report_trees(parser: SpacyParser, sentences: Sequence[GoldSentence]) -> None:
    """Tags, lemmas and attachment with gold tokens, as written and as a caption would be written."""
    gold = [s.tokens for s in sentences]
    small = [lowered(tree) for tree in gold]
    for name, trees in (("EWT test", gold), ("EWT test, lower-cased, no final punctuation", small)):
        scores = tree_scores(trees, predicted(parser, trees))
        print(f"{name}: " + "  ".join(f"{key} {value:.2f}" for key, value in scores.items()))


def report_roles(parser: SpacyParser, sentences: Sequence[GoldSentence]) -> None:
    """Argument F1 of model and rules on gold and on predicted trees."""
    gold = [s.tokens for s in sentences]
    own = predicted(parser, gold)
    assert isinstance(parser.labeller, RoleModel)
    models: dict[str, Labeller] = {
        "gold trees": parser.labeller.for_gold_trees(),
        "predicted trees": parser.labeller,
    }
    for kind, trees in (("gold trees", gold), ("predicted trees", own)):
        for name, labeller in (("model", models[kind]), ("rules", RuleLabeller())):
            labelled, unlabelled = argument_f1(sentences, trees, labeller)
            print(f"EWT test arguments, {kind}, {name}: F1 {labelled.f1:.2f}  unlabelled {unlabelled.f1:.2f}")


def report_captions(parser: SpacyParser, data: Path, held_back: bool, verbose: bool) -> None:
    """Predicate and argument F1 on captions labelled by hand, with the model and with the rules."""
    labelled = json.loads(LABELLED.read_text(encoding="utf-8"))
    sets = {
        "captions_dev": json.loads((data / "srl" / "captions_dev.json").read_text(encoding="utf-8")),
        "MSR-VTT open": [c for c in labelled if c["part"] == "open"],
    }
    if held_back:
        sets["MSR-VTT held back"] = [c for c in labelled if c["part"] == "held_back"]
        sets["all together"] = [c for part in list(sets.values()) for c in part]
    by_rule = SpacyParser(parser.nlp, "rules", "", RuleLabeller())
    for name, captions in sets.items():
        for labeller, one in (("model", parser), ("rules", by_rule)):
            parses = [p for p in one.parse([c["text"] for c in captions]) if isinstance(p, ParsedCaption)]
            score = caption_scores(captions, parses)
            print(
                f"{name} ({len(captions)}), {labeller}: predicate F1 {score.predicates.f1:.1f}  "
                f"labelled argument F1 {score.arguments.f1:.1f}  unlabelled {score.unlabelled.f1:.1f}"
            )
            if verbose and labeller == "model":
                print("\n".join(f"    {line}" for line in score.errors))


def respelled(captions: Sequence[dict], spell: Callable[[str], str], parser: SpacyParser) -> CaptionScore:
    """Score of captions that the parser reads in another spelling with as many words."""
    parses = []
    for caption, found in zip(captions, parser.parse([spell(c["text"]) for c in captions]), strict=True):
        assert isinstance(found, ParsedCaption)
        words = caption["text"].split()
        tokens = tuple(replace(t, text=word) for t, word in zip(found.tokens, words, strict=True))
        parses.append(replace(found, text=caption["text"], tokens=tokens))
    return caption_scores(captions, parses)


def report_spellings(parser: SpacyParser) -> None:
    """The open captions as people write them elsewhere: with a capital and a final point, with commas."""
    captions = [c for c in json.loads(LABELLED.read_text(encoding="utf-8")) if c["part"] == "open"]
    for name, spell in SPELLINGS.items():
        score = respelled(captions, spell, parser)
        print(
            f"MSR-VTT open, {name}: predicate F1 {score.predicates.f1:.1f}  argument F1 {score.arguments.f1:.1f}"
        )


def msrvtt_captions(data: Path) -> list[str]:
    """All captions of the MSR-VTT test split, in file order."""
    with gzip.open(data / "text" / "msrvtt_test_captions.json.gz", "rt", encoding="utf-8") as file:
        return [caption for captions in json.load(file).values() for caption in captions]


def without_predicate(captions: list[str]) -> list[bool]:
    """Whether each caption has no predicate; a worker process's task, loads its own parser."""
    return [isinstance(p, ParsedCaption) and not p.predicates for p in load_parser("builtin").parse(captions)]


def _shuffled(entry: tuple[int, str]) -> bytes:
    """A random order that another model's captions keep, so that labels stay of use."""
    return hashlib.sha256(f"{entry[0]} {entry[1]}".encode()).digest()


def report_missed_verbs(captions: list[str]) -> None:
    """Share of captions without a predicate, and how many of a sample of 200 have a verb after all."""
    parts = [captions[k::2] for k in range(2)]
    started = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        flags = pool.map(without_predicate, parts)
    seconds = time.perf_counter() - started
    empty = [
        (2 * position + k, part[position])
        for k, (part, found) in enumerate(zip(parts, flags, strict=True))
        for position, flag in enumerate(found)
        if flag
    ]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{len(captions)} captions by two processes: {seconds:.1f} s, {len(captions) / seconds:.0f} a second, "
          f"largest process {peak:.0f} MB")  # fmt: skip
    share = len(empty) / len(captions)
    print(f"captions without a predicate: {len(empty)} of {len(captions)}, {100 * share:.2f} %")
    labels: dict[str, str] = json.loads(VERBLESS.read_text(encoding="utf-8")) if VERBLESS.is_file() else {}
    sample = [text for _, text in sorted(empty, key=_shuffled)[:SAMPLE]]
    known = [labels[text] for text in sample if text in labels]
    missed = known.count("missed")
    print(
        f"of {len(sample)} of them drawn at random {len(known)} have been read: {missed} have a verb that was missed"
    )
    if known:
        print(f"missed verbs: about {100 * share * missed / len(known):.2f} % of all captions")
    for text in sample:
        if text not in labels:
            print(f"    not read yet: {text}")


def parse_all(captions: list[str]) -> tuple[float, float]:
    """Seconds and processor seconds that a loaded parser takes; a worker process's task."""
    parser = load_parser("builtin")
    list(parser.parse(captions[:200]))
    started, cpu = time.perf_counter(), time.process_time()
    count = sum(1 for _ in parser.parse(captions))
    assert count == len(captions)
    return time.perf_counter() - started, time.process_time() - cpu


def speeds(times: Sequence[tuple[float, float]], captions: int) -> tuple[float, float]:
    """Captions a second in wall time, and per processor second times the number of processes.

    Args:
        times: Seconds and processor seconds of each process.
        captions: How many all of them parsed.
    """
    wall = max(seconds for seconds, _ in times)
    return captions / wall, len(times) * captions / sum(cpu for _, cpu in times)


def report_speed(captions: list[str], task: Callable[[list[str]], tuple[float, float]] = parse_all) -> None:
    """Captions a second on one core and on two, in wall time and per processor second."""
    chosen = random.Random(SAMPLE_SEED).sample(captions, min(SPEED_CAPTIONS, len(captions)))
    context = multiprocessing.get_context("spawn")
    for cores in (1, 2):
        parts = [chosen[k::cores] for k in range(cores)]
        with context.Pool(cores) as pool:
            wall, cpu = speeds(pool.map(task, parts, chunksize=1), len(chosen))
        print(
            f"speed, {cores} core(s): {wall:.0f} captions a second, {cpu:.0f} per processor second times cores"
        )


def report_products(parser: SpacyParser, captions: list[str]) -> None:
    """Captions per processor second with numpy's matrix products and with thinc's default, turn by turn."""
    import spacy

    default = SpacyParser(spacy.load(MODELS / "pipeline"), "default", "", parser.labeller)
    chosen = random.Random(SAMPLE_SEED).sample(captions, min(SPEED_CAPTIONS // 2, len(captions)))
    parses = []
    for name, one in (("numpy", parser), ("thinc's default", default)) * 2:
        started = time.process_time()
        parses.append(list(one.parse(chosen)))
        rate = len(chosen) / (time.process_time() - started)
        print(f"products by {name}: {rate:.0f} captions per processor second")
    print(f"parses that differ: {sum(a != b for a, b in zip(parses[0], parses[1], strict=True))}")


def report_filling(captions: list[str]) -> None:
    """`hgr parse` of all captions into a new cache and out as graphs, with two workers."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "captions.txt"
        source.write_text("\n".join(captions) + "\n", encoding="utf-8")
        started = time.perf_counter()
        run = "import sys; from hgr.cli.main import main; sys.exit(main())"
        command = [sys.executable, "-c", run, "parse", str(source), "--processes", "2"]
        with open(Path(name) / "report.txt", "w+", encoding="utf-8") as report:
            process = subprocess.Popen(command, stdout=report)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            report.seek(0)
            print(f"hgr parse, two workers, {seconds:.1f} s, largest process {usage.ru_maxrss / 1024:.0f} MB, "
                  f"exit code {os.waitstatus_to_exitcode(status)}: {report.readline().strip()}")  # fmt: skip


def main() -> None:
    """Command line."""
    os.environ |= dict.fromkeys(THREADS, "1")
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    options.add_argument("--held-back", action="store_true", help="also score the captions kept for the end")
    options.add_argument("--captions", type=int, default=0, help="MSR-VTT captions to parse, 0 for all")
    options.add_argument("--skip-speed", action="store_true")
    options.add_argument("--skip-missed", action="store_true")
    options.add_argument("--verbose", action="store_true", help="print every wrong predicate and argument")
    chosen = options.parse_args()
    parser = load_parser("builtin")
    assert isinstance(parser, SpacyParser)
    print(f"parser {parser.version}, Python {sys.version.split()[0]}")
    sentences = read_treebank(chosen.data / "srl" / "ewt_test.jsonl.gz")
    report_trees(parser, sentences)
    report_roles(parser, sentences)
    report_captions(parser, chosen.data, chosen.held_back, chosen.verbose)
    report_spellings(parser)
    captions = msrvtt_captions(chosen.data)
    if not chosen.skip_speed:
        report_speed(captions)
        report_products(parser, captions)
        report_filling(captions)
    if not chosen.skip_missed:
        report_missed_verbs(captions[: chosen.captions] if chosen.captions else captions)


if __name__ == "__main__":
    main()

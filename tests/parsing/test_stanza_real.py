"""The real stanza, on tiny models that are trained here on a few hand-made trees."""

from __future__ import annotations

import json
import logging
import random
import shutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from graphs import build_role_graph, check_role_graph
from parsing import ParsedCaption, load_parser
from parsing.parsed_caption import Token
from tests.parsing.trees import tree

TREES = {
    "en": """
        a/DT/2/det man/NN/3/nsubj feeds:feed/VBZ/0/root dogs:dog/NNS/3/obj ././3/punct
        a/DT/2/det woman/NN/3/nsubj pushes:push/VBZ/0/root dogs:dog/NNS/3/obj ././3/punct
        a/DT/2/det man/NN/3/nsubj pushes:push/VBZ/0/root a/DT/5/det boy/NN/3/obj ././3/punct
        a/DT/2/det boy/NN/3/nsubj chases:chase/VBZ/0/root cats:cat/NNS/3/obj ././3/punct
        the/DT/2/det woman/NN/3/nsubj feeds:feed/VBZ/0/root cats:cat/NNS/3/obj ././3/punct
        the/DT/2/det man/NN/3/nsubj sees:see/VBZ/0/root the/DT/5/det dog/NN/3/obj ././3/punct
        a/DT/2/det dog/NN/3/nsubj chases:chase/VBZ/0/root the/DT/5/det cat/NN/3/obj ././3/punct
        the/DT/3/det big/JJ/3/amod dog/NN/4/nsubj chases:chase/VBZ/0/root a/DT/6/det cat/NN/4/obj ././4/punct
        a/DT/3/det young/JJ/3/amod man/NN/4/nsubj pushes:push/VBZ/0/root a/DT/6/det cat/NN/4/obj ././4/punct
        the/DT/3/det young/JJ/3/amod woman/NN/4/nsubj sees:see/VBZ/0/root dogs:dog/NNS/4/obj ././4/punct
        a/DT/3/det big/JJ/3/amod cat/NN/4/nsubj sees:see/VBZ/0/root the/DT/6/det boy/NN/4/obj ././4/punct
        girls:girl/NNS/2/nsubj see/VBP/0/root dogs:dog/NNS/2/obj ././2/punct
        girls:girl/NNS/2/nsubj chase/VBP/0/root cats:cat/NNS/2/obj ././2/punct
        dogs:dog/NNS/2/nsubj chase/VBP/0/root cats:cat/NNS/2/obj ././2/punct
        cats:cat/NNS/2/nsubj see/VBP/0/root the/DT/4/det girls:girl/NNS/2/obj ././2/punct
        girls:girl/NNS/2/nsubj sing/VBP/0/root ././2/punct
        the/DT/2/det boy/NN/3/nsubj sings:sing/VBZ/0/root ././3/punct
        a/DT/2/det woman/NN/3/nsubj sings:sing/VBZ/0/root
        the/DT/2/det dog/NN/3/nsubj sees:see/VBZ/0/root girls:girl/NNS/3/obj
        the/DT/2/det boy/NN/3/nsubj feeds:feed/VBZ/0/root a/DT/5/det dog/NN/3/obj
        """,
    "zh-hans": """
        男人/NN/2/nsubj 看/VB/0/root 狗/NN/2/obj
        男人/NN/2/nsubj 喂/VB/0/root 猫/NN/2/obj
        男人/NN/2/nsubj 抱/VB/0/root 孩子/NN/2/obj
        男人/NN/2/nsubj 喂/VB/0/root 鸟/NN/2/obj
        男人/NN/2/nsubj 唱歌/VB/0/root
        女人/NN/2/nsubj 喂/VB/0/root 狗/NN/2/obj
        女人/NN/2/nsubj 看/VB/0/root 鸟/NN/2/obj
        女人/NN/2/nsubj 抱/VB/0/root 猫/NN/2/obj
        女人/NN/2/nsubj 看/VB/0/root 男人/NN/2/obj
        女人/NN/2/nsubj 唱歌/VB/0/root
        孩子/NN/2/nsubj 喂/VB/0/root 狗/NN/2/obj
        孩子/NN/2/nsubj 看/VB/0/root 女人/NN/2/obj
        孩子/NN/2/nsubj 抱/VB/0/root 狗/NN/2/obj
        孩子/NN/2/nsubj 唱歌/VB/0/root
        狗/NN/2/nsubj 看/VB/0/root 猫/NN/2/obj
        狗/NN/2/nsubj 看/VB/0/root 女人/NN/2/obj
        猫/NN/2/nsubj 看/VB/0/root 鸟/NN/2/obj
        鸟/NN/2/nsubj 看/VB/0/root 孩子/NN/2/obj
        """,
}
"""Trees to learn from; those of the captions below are not among them."""

SMALL = """--lr 0.02 --optim adam --word_cutoff 0 --dropout 0.1 --word_dropout 0.1 --hidden_dim 24 --char_hidden_dim 16
    --deep_biaff_hidden_dim 24 --transformed_dim 16 --word_emb_dim 16 --char_emb_dim 8 --tag_emb_dim 8"""
TRAINING = {
    "tokenize": ("tokenizer", "--steps 60 --lr0 0.02 --emb_dim 16 --hidden_dim 16 --skip_newline"),
    "pos": (
        "tagger",
        f"{SMALL} --composite_deep_biaff_hidden_dim 8 --max_steps 40 --eval_interval 40 --fix_eval_interval",
    ),
    "lemma": ("lemmatizer", "--num_epoch 1 --emb_dim 8 --hidden_dim 16 --pos_dim 8"),
    "depparse": ("parser", f"{SMALL} --deep_biaff_output_dim 16 --max_steps 60 --eval_interval 60"),
}
"""Per processor of a pipeline the module of stanza that trains it, and how little of it will do."""


def _conllu(sentences: Sequence[Sequence[Token]]) -> str:
    def row(number: int, token: Token) -> str:
        cells = (number, token.text, token.lemma, token.upos, token.xpos, "_", token.head + 1, token.deprel)
        return "\t".join(map(str, (*cells, "_", "_\n")))

    return "".join("".join(row(i, t) for i, t in enumerate(tokens, 1)) + "\n" for tokens in sentences)


def _word_ends(tokens: Sequence[Token]) -> str:
    """Per letter 0, the last of a word 1, the last of all 2."""
    return "".join("0" * (len(token.text) - 1) + "1" for token in tokens)[:-1] + "2"


def _make_vectors(words: set[str], path: Path, text: Path) -> None:
    from stanza.models.common.pretrain import Pretrain

    draw = random.Random(1).gauss
    rows = [" ".join([word, *(f"{draw(0, 1):.3f}" for _ in range(8))]) for word in sorted(words)]
    text.write_text("\n".join([f"{len(rows)} 8", *rows]), encoding="utf-8")
    Pretrain(str(path), str(text)).load()


def _inputs(language: str, vectors: Path, work: Path) -> dict[str, list[str]]:
    """Options that name the files to train each processor's model on; writes the files."""
    sentences = [tree(line) for line in TREES[language].strip().split("\n")]
    files = {name: work / f"trees.{name}" for name in ("conllu", "txt", "labels", "mwt", "vectors")}
    files["conllu"].write_text(_conllu(sentences), encoding="utf-8")
    files["txt"].write_text("\n\n".join("".join(t.text for t in s) for s in sentences), encoding="utf-8")
    files["labels"].write_text("\n\n".join(map(_word_ends, sentences)), encoding="utf-8")
    files["mwt"].write_text("[]", encoding="utf-8")
    _make_vectors({token.text for tokens in sentences for token in tokens}, vectors, files["vectors"])

    def options(**values: str | Path) -> list[str]:
        return [text for name, value in values.items() for text in (f"--{name}", str(value))]

    texts = options(txt_file=files["txt"], label_file=files["labels"], mwt_json_file=files["mwt"])
    held_out = options(dev_txt_file=files["txt"], dev_label_file=files["labels"])
    trees = options(train_file=files["conllu"], eval_file=files["conllu"])
    embedded = [*trees, *options(lang=language, wordvec_pretrain_file=vectors)]
    tokenize = [*texts, *held_out, *options(lang=language)]
    return {"tokenize": tokenize, "pos": embedded, "lemma": trees, "depparse": embedded}


def _train(language: str, models: Path, work: Path) -> None:
    """All models of a language, laid out as `stanza.download` does it."""
    inputs = _inputs(language, models / language / "pretrain" / "tiny.pt", work)
    for processor, (module, how) in TRAINING.items():
        if processor == "tokenize" and language == "en":
            continue  # it is given its words
        train = import_module(f"stanza.models.{module}").main
        logging.getLogger("stanza").setLevel(logging.ERROR)  # the module has just set it to DEBUG
        place = ["--save_dir", str(models / language / processor), "--save_name", "tiny.pt"]
        options = [*how.split(), "--shorthand", f"{language}_tiny", "--seed", "1", "--cpu"]
        train([*inputs[processor], *options, *place])


def _resources() -> dict[str, object]:
    packages: dict[str, object] = {name: {"tiny": {}} for name in TRAINING}
    for name in ("pos", "depparse"):
        packages[name] = {"tiny": {"dependencies": [{"model": "pretrain", "package": "tiny"}]}}
    language = {**packages, "packages": {"default": dict.fromkeys(TRAINING, "tiny")}}
    return {**dict.fromkeys(TREES, language), "zh": {"alias": "zh-hans"}}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of stanza's models, for English and Chinese."""
    pytest.importorskip("stanza")
    models = tmp_path_factory.mktemp("models")
    for language in TREES:
        _train(language, models, tmp_path_factory.mktemp("training"))
    (models / "resources.json").write_text(json.dumps(_resources()), encoding="utf-8")
    return models


@pytest.fixture(autouse=True)
def _their_place(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(models))


def _parses(parser: str, *captions: str) -> list[ParsedCaption]:
    parses = []
    for result in load_parser(parser).parse(captions):
        assert isinstance(result, ParsedCaption), result
        parses.append(result)
    return parses


def _roles(parsed: ParsedCaption) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of each predicate its lemma and its arguments as "ROLE", "words of the caption"."""
    return [
        (p.lemma, [(a.role, " ".join(parsed.words[i] for i in a.tokens)) for a in p.arguments])
        for p in parsed.predicates
    ]


def test_a_tree_of_the_real_stanza_gives_arguments_in_the_captions_own_words() -> None:
    captions = ("a man pushes dogs.", " ", "the woman chases a cat", '"girls chase dogs."')
    pushes, empty, chases, quoted = _parses("stanza:en", *captions)
    assert _roles(pushes) == [("push", [("ARG0", "a man"), ("ARG1", "dogs.")])]
    assert pushes.words == ("a", "man", "pushes", "dogs.")
    assert [(t.lemma, t.upos, t.xpos, t.head, t.deprel) for t in pushes.tokens] == [
        ("a", "DET", "DT", 1, "det"),
        ("man", "NOUN", "NN", 2, "nsubj"),
        ("push", "VERB", "VBZ", -1, "root"),
        ("dog", "NOUN", "NNS", 2, "obj"),
    ]
    assert empty == ParsedCaption(" ", ())
    assert _roles(chases) == [("chase", [("ARG0", "the woman"), ("ARG1", "a cat")])]
    assert quoted.words == ('"girls', "chase", 'dogs."')
    check_role_graph(build_role_graph(pushes))


def test_the_real_stanza_cuts_chinese_into_words_or_takes_those_it_is_given() -> None:
    joined, cut = _parses("stanza:zh", "男人喂狗", "女人 喂 孩子")
    assert joined.words == ("男人", "喂", "狗")
    assert _roles(joined) == [("喂", [("ARG0", "男人"), ("ARG1", "狗")])]
    assert _roles(cut) == [("喂", [("ARG0", "女人"), ("ARG1", "孩子")])]


@pytest.mark.parametrize(("language", "folder", "count"), [("en", "en", 4), ("zh", "zh-hans", 5)])
def test_the_version_is_that_of_every_model_file(
    language: str, folder: str, count: int, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    name = f"stanza:{language}"
    versions = [load_parser(name).version]
    assert load_parser(name).version == versions[0]
    (models / folder / "depparse" / "tiny_checkpoint.pt").unlink()  # left by training, no part of a model
    copy = shutil.copytree(models, tmp_path / "copy")
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(copy))
    assert load_parser(name).version == versions[0]
    files = sorted((copy / folder).rglob("*.pt"))
    assert len(files) == count
    for file in files:
        torch.save({**torch.load(file, weights_only=True), "note": 1}, file)
        versions.append(load_parser(name).version)
    assert len(set(versions)) == len(versions)

"""What the parser's benchmark counts and how it chooses captions."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.parsing import (
    LABELLED,
    SPELLINGS,
    VERBLESS,
    msrvtt_captions,
    report_speed,
    respelled,
    speeds,
)
from parsing import load_parser
from parsing.spacy_parser import SpacyParser


def test_speeds_in_wall_time_and_per_processor_second():
    assert speeds([(2.0, 1.0)], 100) == (50.0, 100.0)
    assert speeds([(2.0, 1.0), (4.0, 1.0)], 100) == (25.0, 100.0)


def no_time(captions: list[str]) -> tuple[float, float]:
    return len(captions) / 100, len(captions) / 200


def test_speed_is_reported_for_one_process_and_two(capsys: pytest.CaptureFixture[str]):
    report_speed([f"caption {k}" for k in range(40)], no_time)
    one, two = capsys.readouterr().out.splitlines()
    assert one == "speed, 1 core(s): 100 captions a second, 200 per processor second times cores"
    assert two == "speed, 2 core(s): 200 captions a second, 400 per processor second times cores"


def test_captions_are_read_in_file_order(tmp_path: Path):
    (tmp_path / "text").mkdir()
    with gzip.open(tmp_path / "text" / "msrvtt_test_captions.json.gz", "wt", encoding="utf-8") as file:
        json.dump({"video9": ["b", "a"], "video1": ["c"]}, file)
    assert msrvtt_captions(tmp_path) == ["b", "a", "c"]


def test_other_spellings_have_as_many_words_and_are_scored_as_the_caption():
    text = "a man sings and a woman talks while a dog sleeps"
    assert [spell(text) for spell in SPELLINGS.values()] == [
        text,
        "A man sings and a woman talks while a dog sleeps.",
        "a man sings, and a woman talks, while a dog sleeps",
    ]
    verbs = {"sings": {"man": ["ARG0"]}, "talks": {"woman": ["ARG0"]}, "sleeps": {"dog": ["ARG0"]}}
    parser = load_parser("builtin")
    assert isinstance(parser, SpacyParser)
    for spell in SPELLINGS.values():
        assert respelled([{"text": text, "predicates": verbs}], spell, parser).predicates.f1 == 100


def test_labels_by_hand_are_complete():
    parts = [caption["part"] for caption in json.loads(LABELLED.read_text(encoding="utf-8"))]
    assert parts.count("open") == parts.count("held_back") == 75
    assert set(json.loads(VERBLESS.read_text(encoding="utf-8")).values()) == {"missed", "verbless"}

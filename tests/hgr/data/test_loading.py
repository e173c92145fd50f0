"""hgr/data/loading.py: frames, pairs, positives, batches that do not depend on who prepares them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from hgr.data.items import Caption, Segment, Video
from hgr.data.loading import VideoItems, choose_frames, duration_of, epoch_loader, pair_positives
from hgr.data.prepare import prepare
from hgr.distributed import World
from hgr.settings import check_settings


def positions(num_frames: int, kept: int | None) -> list[int]:
    return choose_frames(np.arange(num_frames, dtype=np.float32)[:, None], kept)[:, 0].astype(int).tolist()


def test_frames_are_chosen_evenly_with_halves_to_even() -> None:
    assert positions(5, 3) == [0, 2, 4]
    assert positions(6, 3) == [0, 2, 5]  # 2.5 goes to 2
    assert positions(8, 3) == [0, 4, 7]  # 3.5 goes to 4
    assert positions(3, 3) == [0, 1, 2]
    assert positions(2, 3) == [0, 1]
    assert positions(4, 1) == [0]
    assert positions(4, None) == [0, 1, 2, 3]


def test_frames_are_float32_copies() -> None:
    frames = np.ones((2, 3), dtype=np.float16)
    chosen = choose_frames(frames, None)
    assert chosen.dtype == np.float32
    assert chosen.flags.writeable and not np.shares_memory(chosen, frames)
    same = np.ones((2, 3), dtype=np.float32)
    assert not np.shares_memory(choose_frames(same, 5), same)


def test_a_video_without_a_stream_lacks_it() -> None:
    streams = {"a": {"x": np.ones((4, 2)), "y": np.ones((1, 2))}, "b": {"x": np.zeros((9, 1))}}
    clips = {"x": (Segment(0.0, 1.0),)}
    items = VideoItems(["x", "y"], streams, 3, {"x": Video("x", duration=4.0)}, clips)
    assert len(items) == 2
    first, second = items
    assert {name: array.shape for name, array in first.streams.items()} == {"a": (3, 2), "b": (3, 1)}
    assert (first.duration, first.segments) == (4.0, clips["x"])
    assert set(second.streams) == {"a"}
    assert (second.duration, second.segments) == (None, ())
    assert [item.id for item in items[0:2]] == ["x", "y"]
    other = (Segment(1.0, 2.0),)
    assert items.of("x", other).segments == other


def test_duration_of_a_part_of_a_file() -> None:
    assert duration_of(Video("a", start=1.5, end=4.0, duration=60.0)) == 2.5
    assert duration_of(Video("a", end=4.0)) == 4.0
    assert duration_of(Video("a")) is None


def test_positives_know_same_videos_and_same_clips() -> None:
    captions = [
        Caption("1", "v", "a", (Segment(0, 1, "s"), Segment(1, 2, "t"))),
        Caption("2", "w", "a", (Segment(0, 1, "s"),)),
        Caption("3", "v", "b", (Segment(0, 1, "u"),)),
    ]
    matrices = pair_positives(captions, "same_video")
    assert matrices["video"].tolist() == [[True, False, True], [False, True, False], [True, False, True]]
    assert matrices["segment"].int().tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]]
    assert torch.equal(pair_positives(captions, "diagonal")["video"], torch.eye(3, dtype=torch.bool))
    assert torch.equal(pair_positives(captions, "diagonal")["segment"], torch.eye(4, dtype=torch.bool))
    assert set(pair_positives([Caption("1", "v", "a")], "same_video")) == {"video"}
    words = pair_positives(captions, "same_text")["video"]
    assert words.tolist() == [[True, True, True], [True, True, False], [True, False, True]]


@pytest.fixture
def training(data_folder, toy_system):
    settings = check_settings(
        {"name": "t", "data": {"folder": str(data_folder), "parser": None}, "model": {"system": "toy"}}
    )
    data = prepare(settings, ["train"])
    return data.splits["train"], toy_system.inputs(settings.model, data.spec)


def load(training, **options) -> list:
    split, inputs = training
    options = {"positives": "same_video", "batch_size": 5, "seed": 3, "epoch": 1} | options
    return list(epoch_loader(split.texts, split.videos, inputs, **options))


def test_an_epoch_has_every_caption_once(training) -> None:
    batches = load(training)
    ids = [caption for batch in batches for caption in batch.caption_ids]
    assert sorted(ids) == sorted(text.caption.id for text in training[0].texts)
    assert [len(batch.caption_ids) for batch in batches] == [5, 5, 5, 5, 4]
    for batch in batches:
        assert [caption.split("/")[0] for caption in batch.caption_ids] == list(batch.video_ids)
        assert batch.positives["video"].diagonal().all()


def equal(first, second) -> bool:
    return (
        first.caption_ids == second.caption_ids
        and torch.equal(first.text.words, second.text.words)
        and torch.equal(first.video.frames, second.video.frames)
        and torch.equal(first.positives["video"], second.positives["video"])
    )


@pytest.mark.parametrize("workers", [1, 4])
def test_batches_are_the_same_for_any_number_of_workers(training, workers: int) -> None:
    here, there = load(training), load(training, workers=workers)
    assert len(here) == len(there)
    assert all(equal(a, b) for a, b in zip(here, there, strict=True))


@pytest.mark.parametrize("workers", [0, 2])
def test_an_epoch_can_be_taken_up_in_the_middle(training, workers: int) -> None:
    whole, rest = load(training), load(training, start=3, workers=workers)
    assert len(rest) == 2
    assert all(equal(a, b) for a, b in zip(whole[3:], rest, strict=True))


def test_loading_takes_nothing_from_the_global_random_numbers(training) -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    load(training, workers=1), load(training)
    assert torch.equal(torch.rand(3), expected)


class _Siblings:
    """Inputs that keep what they were given and draw a random number."""

    def text(self, items):
        return [(item.caption.id, [other.caption.id for other in item.siblings]) for item in items]

    def video(self, items):
        return float(np.random.rand()), float(torch.rand(()))


def test_siblings_are_the_videos_other_captions(training) -> None:
    for batch in load((training[0], _Siblings())):
        for caption, siblings in batch.text:
            video, number = caption.split("/")
            assert siblings == [f"{video}/{1 - int(number)}"]


def test_random_inputs_are_a_function_of_the_batch(training) -> None:
    split = training[0]
    here = [batch.video for batch in load((split, _Siblings()))]
    there = [batch.video for batch in load((split, _Siblings()), workers=2)]
    assert here == there
    assert len(set(here)) == len(here)
    assert here != [batch.video for batch in load((split, _Siblings()), epoch=2)]


def test_videos_can_be_pickled_without_their_features(training) -> None:
    videos = training[0].videos
    again = pickle.loads(pickle.dumps(videos))
    assert again.ids == videos.ids
    assert np.array_equal(again[0].streams["look"], videos[0].streams["look"])


def test_processes_share_a_batch_and_know_all_its_positives(training) -> None:
    whole = load(training)
    parts = [load(training, world=World(rank, 2)) for rank in range(2)]
    for batch, first, second in zip(whole, *parts, strict=True):
        assert first.caption_ids + second.caption_ids == batch.caption_ids
        assert torch.equal(first.positives["video"], batch.positives["video"])
        assert torch.equal(second.positives["video"], batch.positives["video"])
    assert len(load(training, batch_size=23)) == 2
    assert len(load(training, batch_size=23, world=World(0, 2))) == 1  # a last batch of one pair

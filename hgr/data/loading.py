"""Batches of (caption, video) pairs as a system reads them, prepared here or in worker processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hgr.data.items import Caption, Segment, TextItem, Video, VideoItem
from hgr.data.sampling import batches_of_epoch, random_state_of_batch, related_pairs
from hgr.distributed import ALONE, World
from hgr.models.base import Batch, Inputs
from hgr.objective import same_video

if TYPE_CHECKING:
    from hgr.altered_captions import AlteredCaptions

Positives = Literal["same_video", "same_text", "diagonal"]


class VideoItems(Sequence[VideoItem]):
    """Videos whose features are read when asked for; picklable, nothing is held but ids and open files.

    Args:
        ids: Video ids, in order.
        streams: Stream name -> (video id -> (F, D)).
        max_frames: Keep that many frames, evenly chosen; None keeps all.
        videos: What is known of each video.
        segments: Clips by video id.
    """

    def __init__(
        self,
        ids: Sequence[str],
        streams: Mapping[str, Mapping[str, np.ndarray]],
        max_frames: int | None,
        videos: Mapping[str, Video] | None = None,
        segments: Mapping[str, tuple[Segment, ...]] | None = None,
    ) -> None:
        self.ids = tuple(ids)
        self.streams = dict(streams)
        self.max_frames = max_frames
        self.videos = dict(videos or {})
        self.segments = dict(segments or {})

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self.of(video) for video in self.ids[position]]
        return self.of(self.ids[position])

    def of(self, video: str, segments: tuple[Segment, ...] | None = None) -> VideoItem:
        """One video by id, with its own clips or those of a caption."""
        chosen = ChosenFrames(video, self.streams, self.max_frames)
        clips = self.segments.get(video, ()) if segments is None else segments
        known = self.videos.get(video)
        return VideoItem(video, chosen, clips, duration_of(known) if known else None)


class ChosenFrames(Mapping[str, np.ndarray]):
    """The streams that a video has, read when first asked for: name -> (F, D) float32, at most `max_frames` rows."""

    def __init__(
        self, video: str, streams: Mapping[str, Mapping[str, np.ndarray]], max_frames: int | None
    ) -> None:
        self.video, self.max_frames = video, max_frames
        self.streams = {name: stream for name, stream in streams.items() if video in stream}
        self.read: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.read:
            self.read[name] = choose_frames(self.streams[name][self.video], self.max_frames)
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.streams)

    def __len__(self) -> int:
        return len(self.streams)


def choose_frames(frames: np.ndarray, max_frames: int | None) -> np.ndarray:
    """At most `max_frames` rows, evenly over the video, as a float32 copy.

    Positions are round(linspace(0, F - 1, max_frames)), halves to even, as published; shorter videos stay whole.

    Args:
        frames: (F, D).
        max_frames: None for all.
    """
    if max_frames is not None and len(frames) > max_frames:
        frames = frames[np.round(np.linspace(0, len(frames) - 1, max_frames)).astype(np.int64)]
    return np.array(frames, dtype=np.float32)


def duration_of(video: Video) -> float | None:
    """Seconds of a video or of the part of a file that it is; None where the data set does not say."""
    if video.end is not None:
        return video.end - (video.start or 0.0)
    return video.duration


@dataclass(frozen=True)
class AlteredBatch:
    """An altered version of every caption of a batch.

    Attributes:
        text: The system's text batch of this process's share; a caption without an altered version stands for itself.
        owners: Of the pairs of all processes, the level that should notice, None where no single one should.
        real: Of the pairs of all processes, (T,) bool, False where a caption stands for itself.
    """

    text: Batch
    owners: tuple[str | None, ...]
    real: Tensor


@dataclass(frozen=True)
class PairBatch:
    """A batch of pairs; row i of the texts and column i of the videos belong together.

    Attributes:
        text: The system's text batch.
        video: The system's video batch; a video with two captions in the batch is in it twice.
        positives: Unit of a level ("video", "segment") -> bool matrix of what belongs together. With several
            processes it covers the pairs of all of them, while the rest covers this process's share.
        caption_ids: Ids of the texts.
        video_ids: Ids of the videos.
        whole: Text and video batch of the pairs of all processes, where they were asked for; None where there is one
            process, whose share is all.
        altered: Altered versions of the texts, where the training has them.
    """

    text: Batch
    video: Batch
    positives: Mapping[str, Tensor]
    caption_ids: tuple[str, ...]
    video_ids: tuple[str, ...]
    whole: tuple[Batch, Batch] | None = None
    altered: AlteredBatch | None = None

    def to(self, device: torch.device | str) -> PairBatch:
        """The same batch on a device."""
        positives = {unit: matrix.to(device) for unit, matrix in self.positives.items()}
        whole = None if self.whole is None else (self.whole[0].to(device), self.whole[1].to(device))
        altered = self.altered
        if altered is not None:
            altered = replace(altered, text=altered.text.to(device), real=altered.real.to(device))
        return replace(
            self,
            text=self.text.to(device),
            video=self.video.to(device),
            positives=positives,
            whole=whole,
            altered=altered,
        )


class EpochBatches(Dataset[PairBatch]):
    """The batches of one epoch by position; each is the same whoever prepares it.

    Args:
        texts: The training captions.
        videos: The training videos.
        inputs: The system's input preparation.
        positives: What belongs together, see `pair_positives`.
        batches: Positions of the captions of each batch.
        seed: Seed of the run.
        epoch: 0-based.
        world: The processes of the training; a batch holds this one's share of the pairs, and the positives of all.
        with_whole: Batches hold the inputs of all processes' pairs too.
        altered: Altered versions of the captions; None for none.
    """

    def __init__(
        self,
        texts: Sequence[TextItem],
        videos: VideoItems,
        inputs: Inputs,
        positives: Positives,
        batches: Sequence[np.ndarray],
        seed: int,
        epoch: int,
        world: World = ALONE,
        with_whole: bool = False,
        altered: AlteredCaptions | None = None,
    ) -> None:
        self.altered = altered
        self.world, self.with_whole = world, with_whole and world.size > 1
        self.texts, self.videos, self.inputs, self.positives = texts, videos, inputs, positives
        self.batches, self.seed, self.epoch = batches, seed, epoch
        self.captions_of: dict[str, list[int]] = {}
        for i, text in enumerate(texts):
            self.captions_of.setdefault(text.caption.video, []).append(i)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, position: int) -> PairBatch:
        with random_state_of_batch(self.seed, self.epoch, position):
            texts = [self._with_siblings(i) for i in self.batches[position].tolist()]
            videos = [self.videos.of(text.caption.video, text.caption.segments) for text in texts]
            own_texts, own_videos = self.world.share(texts), self.world.share(videos)
            return PairBatch(
                self.inputs.text(own_texts),
                self.inputs.video(own_videos),
                pair_positives([text.caption for text in texts], self.positives),
                tuple(text.caption.id for text in own_texts),
                tuple(video.id for video in own_videos),
                (self.inputs.text(texts), self.inputs.video(videos)) if self.with_whole else None,
                self._altered(texts),
            )

    def _altered(self, texts: Sequence[TextItem]) -> AlteredBatch | None:
        if self.altered is None:
            return None
        drawn = [self.altered.draw(text.caption.id) for text in texts]
        items = [text if found is None else found.item for text, found in zip(texts, drawn, strict=True)]
        return AlteredBatch(
            self.inputs.text(self.world.share(items)),
            tuple(None if found is None else found.owner for found in drawn),
            torch.tensor([found is not None for found in drawn]),
        )

    def _with_siblings(self, position: int) -> TextItem:
        text = self.texts[position]
        others = (i for i in self.captions_of[text.caption.video] if i != position)
        return replace(text, siblings=tuple(self.texts[i] for i in others))


def pair_positives(captions: Sequence[Caption], kind: Positives) -> dict[str, Tensor]:
    """Which texts and videos of a batch of pairs belong together, for whole videos and for their segments.

    Args:
        captions: The captions; the videos are theirs, in the same order, with their segments as clips.
        kind: "same_video": every caption of a video is right for it, every sentence on a clip for that clip.
            "same_text": besides that, captions with the same words are right for each other's videos.
            "diagonal": only the pair itself is.

    Returns:
        "video": (T, T), and where there are segments "segment": (sentences, clips).
    """
    videos = [caption.video for caption in captions]
    clips = [(caption.video, part.start, part.end) for caption in captions for part in caption.segments]
    if kind == "diagonal":
        matrices = {"video": torch.eye(len(videos), dtype=torch.bool)}
        if clips:
            matrices["segment"] = torch.eye(len(clips), dtype=torch.bool)
        return matrices
    matrices = {"video": same_video(videos, videos)}
    if kind == "same_text":
        texts = [caption.text for caption in captions]
        matrices["video"] |= same_video(texts, texts)
    if clips:
        names = [repr(clip) for clip in clips]
        matrices["segment"] = same_video(names, names)
    return matrices


def epoch_loader(
    texts: Sequence[TextItem],
    videos: VideoItems,
    inputs: Inputs,
    *,
    positives: Positives,
    batch_size: int,
    seed: int,
    epoch: int,
    start: int = 0,
    drop_last: bool = False,
    groups: str | None = None,
    workers: int = 0,
    world: World = ALONE,
    with_whole: bool = False,
    altered: AlteredCaptions | None = None,
) -> DataLoader[PairBatch]:
    """The batches of an epoch from a position on.

    Args:
        texts: The training captions.
        videos: The training videos.
        inputs: The system's input preparation.
        positives: What belongs together.
        batch_size: Pairs of a batch.
        seed: Seed of the run.
        epoch: 0-based.
        start: Batches already done.
        drop_last: Leave a smaller last batch out.
        groups: Regular expression on video ids that says which pairs share a batch, see `related_pairs`.
        workers: Processes that prepare batches; 0 prepares them here.
        world: The processes of the training; a last batch with fewer pairs than processes is left out.
        with_whole: With several processes, each batch holds the inputs of all their pairs too.
        altered: Altered versions of the captions; None for none.
    """
    related = related_pairs([text.caption.video for text in texts], groups)
    batches = batches_of_epoch(
        len(texts), batch_size=batch_size, seed=seed, epoch=epoch, drop_last=drop_last, related=related
    )
    batches = [batch for batch in batches if len(batch) >= world.size]
    dataset = EpochBatches(texts, videos, inputs, positives, batches, seed, epoch, world, with_whole, altered)
    return DataLoader(
        dataset,
        batch_size=None,
        sampler=range(start, len(batches)),  # type: ignore[arg-type]
        num_workers=workers,
        generator=torch.Generator().manual_seed(
            seed
        ),  # the loader draws a number; not from the training's own
    )

"""Named evaluation protocols: which videos, which captions, which rule; and a digest that tells two of them
apart."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from hgr.data.items import Caption
from hgr.errors import DataError

QueryConvention = Literal["every_caption", "one_caption", "paragraph", "unique_strings"]
VideoToText = Literal["all_captions", "grouped"]
VIDEO_TO_TEXT: dict[VideoToText, str] = {"all_captions": "video_to_text", "grouped": "video_to_text_grouped"}
"""Definition of video-to-text -> the direction under which results hold it."""
CUSTOM = "custom"
REPORTED = "test"
"""The split whose numbers a protocol reports."""
ONE_A_VIDEO: tuple[QueryConvention, ...] = ("one_caption", "paragraph")
SHOWN_DIGITS = 12
"""Digits of a digest that messages show."""


@dataclass(frozen=True)
class Counts:
    """Expected size of a split; None where no number could be verified."""

    videos: int | None = None
    captions: int | None = None


@dataclass(frozen=True)
class Protocol:
    """One way to evaluate one data set.

    Attributes:
        name: "<data set>/<variant>".
        queries: What is a text query: every caption, the one caption that the protocol picked, all sentences
            of a video as one paragraph, or every distinct string.
        video_to_text: The definition to print first. "all_captions": rank of the best own caption among all
            captions (CE, HGR). "grouped": captions are grouped by video, a group scores its best caption, and
            groups are ranked (CLIP4Clip and its family). R@1 is the same, everything deeper is easier when
            grouped. With one text a video the two agree.
        expected: Split -> expected size. "test" is the one that is reported.
        notes: What a reader of the numbers must know.
    """

    name: str
    queries: QueryConvention
    video_to_text: VideoToText
    expected: Mapping[str, Counts] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            "msrvtt/full",
            "every_caption",
            "all_captions",
            {"train": Counts(6513), "val": Counts(497), "test": Counts(2990, 59_800)},
            ("1,457 strings belong to more than one video, so text-to-video R@1 cannot reach 100",),
        ),
        Protocol(
            "msrvtt/1k-A",
            "one_caption",
            "all_captions",
            {"train": Counts(9000), "test": Counts(1000, 1000)},
            (
                "no validation split: most published numbers chose the epoch on the test set",
                "some systems train on 7,010 videos instead of 9,000",
                "9 captions have the text of another one",
            ),
        ),
        Protocol(
            "msrvtt/1k-B",
            "one_caption",
            "all_captions",
            {"train": Counts(6656), "test": Counts(1000, 1000)},
            ("104 of the 1,000 videos are not in the official test split; 296 are in 1k-A too",),
        ),
        Protocol(
            "msvd/all-captions",
            "every_caption",
            "grouped",
            {"train": Counts(1200), "val": Counts(100), "test": Counts(670, 27_763)},
            ("961 strings belong to more than one video; some systems use five sampled captions instead",),
        ),
        Protocol(
            "vatex/hgr",
            "every_caption",
            "all_captions",
            {"train": Counts(25_991, 259_910), "val": Counts(1500, 15_000), "test": Counts(1500, 15_000)},
            ("the split of HGR; CLIP2Video's own list shares only 724 test videos with it",),
        ),
        Protocol(
            "activitynet/val1-paragraph",
            "paragraph",
            "all_captions",
            {"train": Counts(10_009, 10_009), "test": Counts(4917, 4917)},
            ("systems that are given the segments (COOT, CMHSE) are not comparable with those that are not",),
        ),
        Protocol(
            "youcook2/clip",
            "one_caption",
            "all_captions",
            {"train": Counts(10_337, 10_337), "test": Counts(3492, 3492)},
            ("all annotated clips; published subsets have 3,350, 3,216 or 3,104",),
        ),
        Protocol(
            "didemo/paragraph",
            "paragraph",
            "all_captions",
            {"train": Counts(8392, 8392), "val": Counts(1065, 1065), "test": Counts(1004, 1004)},
            ("the test file names 1,037 videos; the list keeps 1,004, other tools 1,003 or 995",),
        ),
        Protocol(
            "lsmdc/1k",
            "one_caption",
            "all_captions",
            {"train": Counts(101_079, 101_079), "val": Counts(7408, 7408), "test": Counts(1000, 1000)},
            ("the data need the permission of their owners",),
        ),
        Protocol(
            "tgif",
            "every_caption",
            "all_captions",
            {"val": Counts(10_708), "test": Counts(11_360)},
            (
                "HGR used a slightly smaller set; the number of captions by split was not verified and is not checked",
            ),
        ),
        Protocol(
            "epic100/mir",
            "unique_strings",
            "all_captions",
            {"test": Counts(9668, 3842)},
            ("graded relevance: half the verb class, half the overlap of noun classes; report nDCG and mAP",),
        ),
    )
}
"""The protocols with published numbers. `scenes/<name>` stands for any set of generated videos."""


def find_protocol(name: str) -> Protocol:
    """A protocol by name; "scenes/<anything>" and "custom" have no expected counts.

    Raises:
        DataError: Unknown name.
    """
    if name in PROTOCOLS:
        return PROTOCOLS[name]
    if name == CUSTOM or (name.startswith("scenes/") and len(name) > len("scenes/")):
        return Protocol(name, "every_caption", "all_captions")
    raise DataError(
        f"unknown protocol {name!r}, expected one of {', '.join(PROTOCOLS)}, scenes/<name>, {CUSTOM}"
    )


@dataclass(frozen=True)
class Stamp:
    """What a result was measured on. Two results may be compared only if their stamps agree.

    Attributes:
        protocol: Name of the protocol.
        split: Name of the split.
        digest: SHA-256 over ids and captions, as `digest` gives it.
        num_texts: Number of captions.
        num_videos: Number of videos.
        queries: The protocol's query convention.
        video_to_text: The definition of video-to-text that is printed first.
        ties: Tie rule of the numbers.
        deviations: Where the data differ from what the protocol expects; () where they agree.
    """

    protocol: str
    split: str
    digest: str
    num_texts: int
    num_videos: int
    queries: str = "every_caption"
    video_to_text: str = "all_captions"
    ties: str = "average"
    deviations: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The stamp as it stands in result files."""
        return {**asdict(self), "deviations": list(self.deviations)}


def digest(captions: Iterable[Caption], videos: Iterable[str]) -> str:
    """SHA-256 over the video ids and every caption's id, video and text, in an order of its own.

    Order of the input does not matter; a changed letter, a missing video or another id does.
    """
    sha = hashlib.sha256()
    for video in sorted(videos):
        sha.update(json.dumps(["video", video], ensure_ascii=True).encode())
    for row in sorted((c.id, c.video, c.text) for c in captions):
        sha.update(json.dumps(["caption", *row], ensure_ascii=True).encode())
    return sha.hexdigest()


def stamp(name: str, split: str, captions: Sequence[Caption], videos: Sequence[str]) -> Stamp:
    """The stamp of a split that is about to be evaluated.

    A split that the protocol does not name is held against its test split.

    Args:
        name: Name of a protocol, "scenes/<name>" or "custom".
        split: Name of the split.
        captions: The captions that are queries.
        videos: Ids of the videos that are candidates.
    """
    protocol = find_protocol(name)
    counted = split if split in protocol.expected else REPORTED
    texts = {caption.text for caption in captions} if protocol.queries == "unique_strings" else captions
    return Stamp(
        protocol=name,
        split=split,
        digest=digest(captions, videos),
        num_texts=len(captions),
        num_videos=len(videos),
        queries=protocol.queries,
        video_to_text=protocol.video_to_text,
        deviations=(
            *deviations(protocol, counted, len(texts), len(videos)),
            *_convention_deviations(protocol, captions),
        ),
    )


def deviations(protocol: Protocol, split: str, num_captions: int, num_videos: int) -> list[str]:
    """Where the size of a split differs from what the protocol expects."""
    expected = protocol.expected.get(split, Counts())
    found = []
    for what, want, have in (
        ("videos", expected.videos, num_videos),
        ("captions", expected.captions, num_captions),
    ):
        if want is not None and want != have:
            found.append(f"{protocol.name} {split}: expected {want:,} {what}, found {have:,}")
    return found


def _convention_deviations(protocol: Protocol, captions: Sequence[Caption]) -> list[str]:
    """Videos with several captions where the protocol has one caption, or one paragraph, a video."""
    if protocol.queries not in ONE_A_VIDEO:
        return []
    several = [video for video, count in Counter(c.video for c in captions).items() if count > 1]
    if not several:
        return []
    return [
        f"{protocol.name}: expected {protocol.queries.replace('_', ' ')} a video, found {len(several):,} "
        f"videos with more, the first {several[0]!r}"
    ]


def check_expected(made: Stamp) -> None:
    """Raise DataError where the data are not what their protocol expects."""
    if made.deviations:
        raise DataError(
            f"this is not protocol {made.protocol}: {'; '.join(made.deviations)}; "
            "--protocol-deviates goes on and says so in the result"
        )


def protocol_title(stamp: Mapping[str, Any]) -> str:
    """The protocol's name for a reader; says so where the data deviate from it.

    Args:
        stamp: As read from a result file.
    """
    name = str(stamp.get("protocol", CUSTOM))
    return f"deviates from {name}" if stamp.get("deviations") else name


def check_comparable(stamps: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise DataError where results were not measured on the same thing.

    Args:
        stamps: Name of the run -> its stamp as read from a result file.
    """
    names = list(stamps)
    for name in names:
        if not stamps[name].get("digest"):
            raise DataError(f"{name}: its results carry no protocol digest, so they cannot be compared")
    for other in names[1:]:
        for key in ("protocol", "split", "digest", "queries", "ties"):
            a, b = stamps[names[0]].get(key), stamps[other].get(key)
            if a != b:
                if key == "digest":
                    a, b = str(a)[:SHOWN_DIGITS], str(b)[:SHOWN_DIGITS]
                raise DataError(
                    f"{names[0]} and {other} were not measured on the same thing: {key} is {a!r} and {b!r}; "
                    "numbers of different protocols are not compared"
                )

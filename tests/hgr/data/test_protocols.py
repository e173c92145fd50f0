from __future__ import annotations

import pytest

from hgr.data.items import Caption
from hgr.data.protocols import (
    PROTOCOLS,
    check_comparable,
    check_expected,
    deviations,
    digest,
    find_protocol,
    protocol_title,
    stamp,
)
from hgr.errors import DataError

CAPTIONS = (
    Caption("a#0", "a", "a man runs"),
    Caption("a#1", "a", "someone runs"),
    Caption("b#0", "b", "a dog"),
)


def test_digest_ignores_order_and_sees_every_change() -> None:
    base = digest(CAPTIONS, ["a", "b"])
    assert digest(CAPTIONS[::-1], ["b", "a"]) == base
    changed = {
        base,
        digest(CAPTIONS, ["a"]),
        digest(CAPTIONS[:2], ["a", "b"]),
        digest((*CAPTIONS[:2], Caption("b#0", "b", "a dog.")), ["a", "b"]),
        digest((*CAPTIONS[:2], Caption("b#1", "b", "a dog")), ["a", "b"]),
        digest((*CAPTIONS[:2], Caption("b#0", "a", "a dog")), ["a", "b"]),
    }
    assert len(changed) == 6


def test_names_and_required_protocols() -> None:
    assert set(PROTOCOLS) >= {
        "msrvtt/full", "msrvtt/1k-A", "msrvtt/1k-B", "msvd/all-captions", "vatex/hgr",
        "activitynet/val1-paragraph", "youcook2/clip", "didemo/paragraph", "lsmdc/1k", "tgif", "epic100/mir",
    }  # fmt: skip
    assert all(name == protocol.name for name, protocol in PROTOCOLS.items())
    assert find_protocol("scenes/small").expected == {}
    for bad in ("scenes/", "msrvtt", "msrvtt/1k-a"):
        with pytest.raises(DataError, match="unknown protocol"):
            find_protocol(bad)


def test_deviations() -> None:
    protocol = PROTOCOLS["msrvtt/1k-A"]
    assert deviations(protocol, "test", 1000, 1000) == []
    assert deviations(protocol, "test", 1000, 879) == ["msrvtt/1k-A test: expected 1,000 videos, found 879"]
    assert deviations(protocol, "train", 7, 9000) == []
    assert stamp("msrvtt/full", "test", CAPTIONS, ["a", "b"]).deviations == (
        "msrvtt/full test: expected 2,990 videos, found 2",
        "msrvtt/full test: expected 59,800 captions, found 3",
    )


def test_what_is_not_the_protocol_is_refused_by_name() -> None:
    check_expected(stamp("custom", "test", CAPTIONS, ["a", "b"]))
    wrong = stamp("msrvtt/1k-A", "val", CAPTIONS, ["a", "b"])
    with pytest.raises(
        DataError, match="not protocol msrvtt/1k-A: .*expected 1,000 videos, found 2.*deviates"
    ):
        check_expected(wrong)
    assert "expected one caption a video, found 1 videos with more, the first 'a'" in wrong.deviations[-1]
    assert protocol_title(wrong.to_json()) == "deviates from msrvtt/1k-A"
    assert protocol_title(stamp("custom", "val", CAPTIONS, ["a", "b"]).to_json()) == "custom"


def test_only_the_same_thing_is_compared() -> None:
    one = stamp("custom", "test", CAPTIONS, ["a", "b"]).to_json()
    check_comparable({"x": one, "y": dict(one)})
    other = stamp("custom", "test", CAPTIONS[:2], ["a", "b"]).to_json()
    with pytest.raises(DataError, match="x and y were not measured on the same thing: digest"):
        check_comparable({"x": one, "y": other})
    with pytest.raises(DataError, match="protocol is 'custom' and 'scenes/s'"):
        check_comparable({"x": one, "y": stamp("scenes/s", "test", CAPTIONS, ["a", "b"]).to_json()})
    with pytest.raises(DataError, match="y: its results carry no protocol digest"):
        check_comparable({"x": one, "y": {}})

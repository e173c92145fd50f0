"""Odd captions through the builtin parser and the cache: one row with a status each, and graphs that keep the rules."""

import time

import pytest

from graphs import build_role_graph, check_role_graph
from parsing import ParsedCaption, ParseFailure, ParserError, load_parser
from parsing.cache import ParseCache
from parsing.guard import parse_safely


@pytest.fixture(scope="module")
def parser():
    try:
        return load_parser("builtin")
    except ParserError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param(" \u00a0\t ", "empty", id="blanks"),
        pytest.param("dog", "ok", id="one word"),
        pytest.param("a man feeds a dog and " * 455, "ok", id="10,000 characters"),
        pytest.param("x" * 10_000, "ok", id="10,000 characters without a blank"),
        pytest.param("a man 👩\u200d👩\u200d👧 feeds 🐶🐶", "ok", id="emoji"),
        pytest.param("رجل يطعم كلبا \u202e שלום", "ok", id="right-to-left"),
        pytest.param(
            "a ma\u0301n\u0308\u0323 fe\u0301eds Z\u0351\u036b\u0343\u036a\u0302\u0321",
            "ok",
            id="combining marks",
        ),
        pytest.param("a man \x00 feeds\x00 a dog", "ok", id="NUL"),
        pytest.param(b"a man feeds a d\xffg".decode("utf-8", "replace"), "ok", id="invalid UTF-8, replaced"),
        pytest.param(
            b"a man feeds a d\xffg".decode("utf-8", "surrogateescape"), "failed", id="invalid UTF-8, escaped"
        ),
        pytest.param("a man\tfeeds\r\na dog\r\n", "ok", id="tabs and CRLF"),
        pytest.param("a man feeds a dog " * 60_000, "failed", id="a megabyte"),
    ],
)
def test_an_odd_caption_is_a_row(text, status, parser, tmp_path):
    start = time.process_time()
    with ParseCache.open(tmp_path / "a.db") as cache:
        (result,) = cache.parse([text], parser)
        assert [record.status for record in cache.records(cache.one_parser())] == [status]
    assert (
        time.process_time() - start < 60
    )  # of computing: about 5 where time grows with length, not its square
    assert isinstance(result, ParseFailure) == (status == "failed")
    if isinstance(result, ParsedCaption):
        assert result.words == tuple(text.split())
        check_role_graph(build_role_graph(result))


def test_an_odd_caption_does_not_change_its_neighbors(parser):
    good = "a man feeds a dog"
    alone = parse_safely(parser, [good])[0]
    mixed = parse_safely(parser, ["", good, "\ud800", "👩\u200d👩\u200d👧", good, "x" * 200_000])
    assert [mixed[1].predicates, mixed[4].predicates] == [alone.predicates] * 2

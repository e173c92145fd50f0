import os
import sqlite3
from dataclasses import replace

import pytest

from parsing import ParseFailure, ParserError
from parsing.cache import CacheError, ParseCache
from parsing.canary import CANARIES
from parsing.records import encode
from tests.parsing.toy_parser import BlindParser, ToyParser, toy_parse

TEXTS = [f"man {i} feeds dog {i}" for i in range(20)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "parses.db"


def parsed_by(parser: ToyParser) -> list[str]:
    return [text for text in parser.seen if text not in CANARIES]


def test_results_come_in_order_and_only_missing_captions_are_parsed(path):
    first, second = ToyParser(), ToyParser()
    with ParseCache.open(path) as cache:
        assert list(cache.parse(iter(TEXTS[:10]), first, batch_size=3)) == [
            toy_parse(text) for text in TEXTS[:10]
        ]
    with ParseCache.open(path) as cache:
        mixed = [*TEXTS[5:15], TEXTS[0], TEXTS[12]]
        assert list(cache.parse(mixed, second, batch_size=4)) == [toy_parse(text) for text in mixed]
    assert parsed_by(first) == TEXTS[:10]
    assert parsed_by(second) == TEXTS[10:15]


def test_parsing_streams(path):
    parser = ToyParser()

    def endless():
        i = 0
        while True:
            yield f"man feeds {i}"
            i += 1

    with ParseCache.open(path) as cache:
        stream = cache.parse(endless(), parser)
        assert next(stream) == toy_parse("man feeds 0")
        assert len(parser.seen) < 10_000
        stream.close()


def test_fill_counts_everything_once(path):
    texts = [*TEXTS, "", "please FAIL", "please FAIL", TEXTS[0], " "]
    ticks = []
    with ParseCache.open(path) as cache:
        report = cache.fill(texts, ToyParser(), batch_size=6, progress=ticks.append)
        assert (report.total, report.parsed, report.cached, report.failed, report.empty) == (25, 23, 2, 1, 2)
        assert report.reasons == {"told to fail": 1}
        assert sum(ticks) == 25
        report = cache.fill(texts, ToyParser(), max_attempts=1)
        assert (report.total, report.parsed, report.cached, report.known_failures) == (25, 0, 24, 1)
        assert cache.connection.execute("SELECT count(*) FROM claims").fetchone() == (0,)


def test_a_failure_is_a_row_and_is_not_tried_for_ever(path):
    parser = ToyParser()
    with ParseCache.open(path) as cache:
        for _ in range(5):
            (result,) = cache.parse(["please FAIL"], parser, max_attempts=3)
            assert result == ParseFailure("please FAIL", "told to fail")
        assert parsed_by(parser) == ["please FAIL"] * 3
        assert cache.connection.execute("SELECT status, attempts FROM parses").fetchall() == [("failed", 3)]


def test_a_failure_that_parses_later_becomes_a_parse(path):
    with ParseCache.open(path) as cache:
        entry = cache.enter("toy", "1")
        cache.store(entry, [encode(ParseFailure("man feeds dog", "bad day"))])
        cache.store(entry, [encode(toy_parse("man feeds dog"))])
        assert cache.get("man feeds dog", entry) == toy_parse("man feeds dog")
        cache.store(entry, [encode(ParseFailure("man feeds dog", "bad day"))])
        assert cache.get("man feeds dog", entry) == toy_parse("man feeds dog")


def test_name_and_version_of_the_parser_are_part_of_the_key(path):
    with ParseCache.open(path) as cache:
        for parser in (ToyParser("toy", "1"), ToyParser("toy", "2"), ToyParser("other", "1")):
            list(cache.parse(TEXTS[:2], parser))
            assert parsed_by(parser) == TEXTS[:2]
        assert [(entry.name, entry.version) for entry in cache.parsers()] == [
            ("toy", "1"),
            ("toy", "2"),
            ("other", "1"),
        ]
        assert cache.one_parser("toy").version == "2"
        assert cache.one_parser("toy@1").version == "1"
        with pytest.raises(CacheError, match="several parsers, name one of: toy@1, toy@2, other@1"):
            cache.one_parser()
        with pytest.raises(CacheError, match="no parses by builtin; parsers here: toy@1"):
            cache.one_parser("builtin")


def test_a_changed_parser_under_the_same_version_is_stopped_before_anything_is_written(path):
    class Changed(ToyParser):
        def parse(self, texts, batch_size=256):
            return (replace(toy_parse(text), noun_phrases=((0,),)) for text in texts)

    with ParseCache.open(path) as cache:
        list(cache.parse(TEXTS[:3], ToyParser()))
        before = list(cache.connection.execute("SELECT * FROM parses"))
        with pytest.raises(CacheError, match="parses the canary sentences otherwise.*Nothing was written"):
            list(cache.parse(TEXTS[3:], Changed()))
        assert list(cache.connection.execute("SELECT * FROM parses")) == before


def test_a_parser_that_finds_nothing_at_all_is_stopped(path):
    with ParseCache.open(path) as cache:
        with pytest.raises(
            ParserError, match="finds no event in any of 6 canary sentences.*nothing was written"
        ):
            cache.fill(TEXTS, BlindParser())
        assert cache.parsers() == []


def test_too_many_failures_stop_the_run_and_keep_what_was_parsed(path):
    texts = [f"man feeds {i}" if i % 10 else f"please FAIL {i}" for i in range(1000)]
    with ParseCache.open(path) as cache:
        with pytest.raises(
            ParserError, match="of 2[0-9][0-9] captions failed, more than 2.0%; most often: told to fail"
        ):
            cache.fill(texts, ToyParser(), batch_size=20, max_failure_rate=0.02)
        assert cache.connection.execute("SELECT count(*) FROM parses").fetchone()[0] >= 200
        cache.fill(texts, ToyParser(), max_failure_rate=0.5)


@pytest.mark.parametrize(
    "text", ["", " ", "NUL \x00 feeds", "\ud800 feeds", "😀 feeds", "a\tfeeds\r\n", "כלב feeds"]
)
def test_odd_captions_are_rows(text, path):
    with ParseCache.open(path) as cache:
        (first,) = cache.parse([text], ToyParser())
    parser = ToyParser()
    with ParseCache.open(path) as cache:
        assert list(cache.parse([text], parser)) == [first]
        assert list(cache.results(cache.one_parser())) == [first]
        assert cache.connection.execute("SELECT count(*) FROM parses").fetchone() == (1,)
    assert parsed_by(parser) == []
    assert first.text == text


def test_results_are_sorted_whatever_the_order_of_writing(path, tmp_path):
    with ParseCache.open(path) as a, ParseCache.open(tmp_path / "b.db") as b:
        list(a.parse(TEXTS, ToyParser()))
        list(b.parse(TEXTS[::-1], ToyParser()))
        assert list(a.records(a.one_parser())) == list(b.records(b.one_parser()))
        assert [r.text for r in a.records(a.one_parser())] == sorted(TEXTS)


def test_a_damaged_row_is_noticed_and_parsed_again(path):
    with ParseCache.open(path) as cache:
        list(cache.parse(TEXTS, ToyParser()))
        cache.connection.execute(
            "UPDATE parses SET payload = replace(payload, 'dog', 'cat') WHERE text = ?", (TEXTS[3],)
        )
        with pytest.raises(CacheError, match="row of 'man 3 feeds dog 3' is damaged; run: hgr cache verify"):
            list(cache.records(cache.one_parser()))
        parser = ToyParser()
        report = cache.fill(TEXTS, parser)
        assert parsed_by(parser) == [TEXTS[3]] and report.damaged == 1
        assert list(cache.parse(TEXTS, parser)) == [toy_parse(text) for text in TEXTS]


def test_every_flipped_bit_of_a_row_is_noticed(path):
    with ParseCache.open(path) as cache:
        list(cache.parse(["man feeds dog"], ToyParser()))
        entry = cache.one_parser()
        (row,) = cache.connection.execute("SELECT key, status, payload, digest FROM parses").fetchall()
        for column, value in zip(("key", "status", "payload", "digest"), row, strict=True):
            raw = value.encode() if isinstance(value, str) else value
            for bit in range(len(raw) * 8):
                flipped = bytearray(raw)
                flipped[bit // 8] ^= 1 << (bit % 8)
                new = flipped.decode("latin-1") if isinstance(value, str) else bytes(flipped)
                cache.connection.execute(f"UPDATE parses SET {column} = ?", (new,))
                assert cache.lookup(entry, ["man feeds dog"]) == {}
            cache.connection.execute(f"UPDATE parses SET {column} = ?", (value,))
        assert cache.lookup(entry, ["man feeds dog"])


def test_a_full_disk_is_a_clear_error_and_the_old_state_stays(path):
    with ParseCache.open(path) as cache:
        list(cache.parse(TEXTS[:5], ToyParser()))
        pages = cache.connection.execute("PRAGMA page_count").fetchone()[0]
        cache.connection.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(CacheError, match="parses.db: cannot be written .database or disk is full."):
            cache.fill([f"man feeds {i}" for i in range(5000)], ToyParser())
        cache.connection.execute("PRAGMA max_page_count=1000000")
        assert [r for r in cache.results(cache.one_parser()) if r.text in TEXTS] == [
            toy_parse(t) for t in sorted(TEXTS[:5])
        ]


def test_a_connection_is_not_used_in_a_forked_process(path):
    with ParseCache.open(path) as cache:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                cache.parsers()
                os.write(write, b"no error")
            except CacheError as error:
                os.write(write, str(error).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert b"open the cache again in each process" in os.read(read, 1000)


def test_after_an_unclean_stop_the_file_is_checked(path):
    with ParseCache.open(path) as cache:
        list(cache.parse([f"man feeds {i} {'x' * 200}" for i in range(500)], ToyParser()))
        cache.connection.execute("INSERT INTO claims VALUES(x'01', 'x:1:1', 0)")
    with open(path, "r+b") as file:  # overwrite an inner page
        file.seek(4096 * 20)
        file.write(b"\xff" * 4096)
    with pytest.raises(CacheError, match="hgr cache verify"):
        ParseCache.open(path)


def test_the_file_is_plain_sqlite_for_everybody(path):
    with ParseCache.open(path) as cache:
        list(cache.parse(TEXTS, ToyParser()))
    with sqlite3.connect(path) as connection:
        query = "SELECT json_extract(payload, '$.predicates[0].lemma') FROM parses WHERE text = ?"
        assert connection.execute(query, (TEXTS[0],)).fetchone() == ("feeds",)


def test_a_cache_in_a_read_only_folder_can_be_read(path, monkeypatch):
    with ParseCache.open(path) as cache:
        list(cache.parse(TEXTS, ToyParser()))
    monkeypatch.setattr("os.access", lambda *arguments: False)
    before = sorted(path.parent.iterdir())
    with ParseCache.open(path, create=False) as cache:
        assert list(cache.results(cache.one_parser())) == [toy_parse(text) for text in sorted(TEXTS)]
        with pytest.raises(
            CacheError, match="parses.db: cannot be written .attempt to write a readonly database."
        ):
            cache.fill(["man feeds more"], ToyParser())
    assert sorted(path.parent.iterdir()) == before
    path.with_name("parses.db-wal").write_bytes(b"x")
    with pytest.raises(CacheError, match="may not be written, but has commits in parses.db-wal"):
        ParseCache.open(path)

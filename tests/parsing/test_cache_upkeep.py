import pytest

from parsing import ParseFailure
from parsing.cache import CacheError, ParseCache, row_digest
from parsing.cache_upkeep import collect_garbage, export, import_file, merge, stats, verify
from parsing.formats import FORMATS
from parsing.json_lines import FormatError
from parsing.records import Record, encode
from tests.parsing.parse_samples import sample_results
from tests.parsing.toy_parser import ToyParser, toy_parse

TEXTS = [f"man {i} feeds dog {i}" for i in range(30)]


@pytest.fixture
def cache(tmp_path):
    with ParseCache.open(tmp_path / "a.db") as cache:
        cache.fill([*TEXTS, "", "x FAIL", "y FAIL", "RAISE"], ToyParser())
        yield cache


@pytest.fixture
def other(tmp_path):
    with ParseCache.open(tmp_path / "b.db") as cache:
        yield cache


def test_stats_count_by_status_and_reason(cache):
    cache.fill(TEXTS[:3], ToyParser(version="2"))
    first, second = stats(cache)
    assert first.counts == {"ok": 30, "empty": 1, "failed": 3}
    assert first.reasons == [("told to fail", 2), ("RuntimeError: cannot parse 'RAISE'", 1)]
    assert (second.version, second.counts) == ("2", {"ok": 3})


@pytest.mark.parametrize(
    "change",
    [
        "SET payload = replace(payload, 'dog', 'cat')",
        "SET text = 'another'",
        "SET status = 'failed'",
        "SET digest = zeroblob(32)",
        "SET key = zeroblob(32)",
        "SET parser = 99",
        "SET payload = 7",
        "SET text = x'ff'",
    ],
)
def test_verification_finds_and_removes_a_damaged_row(change, cache):
    assert verify(cache).sound and verify(cache).rows == 34
    cache.connection.execute(f"UPDATE parses {change} WHERE text = ?", (TEXTS[4],))
    report = verify(cache, repair=True)
    assert len(report.damaged) == 1 and report.removed == 1 and not report.problems
    assert verify(cache).sound and verify(cache).rows == 33
    assert cache.fill(TEXTS, ToyParser()).parsed == 1


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"heads":[1,-1,1,1,1]', '"heads":[1,-1,1,1,33]', "token 4 has head 33, expected -1 to 4"),
        ('"tokens":[3,4]', '"tokens":[3,5]', "argument ARG1 of 'feeds' has tokens (3, 5)"),
        (
            '"noun_phrases":[]',
            '"noun_phrases":[[5]]',
            "a noun phrase has tokens (5,) in a caption of 5 words",
        ),
    ],
)
def test_a_position_outside_the_caption_is_damage_whatever_the_digest(old, new, problem, cache):
    text = "man 4 feeds dog 4"
    entry = cache.one_parser()
    payload = encode(toy_parse(text)).payload.replace('"heads":[2,2,-1,2,2]', '"heads":[1,-1,1,1,1]')
    assert old in payload
    record = Record(text, "ok", payload.replace(old, new))
    cache.connection.execute(
        "UPDATE parses SET payload = ?, digest = ? WHERE text = ?", (record.payload, row_digest(record), text)
    )
    for read in (cache.results(entry), cache.read(entry, [text])):
        with pytest.raises(CacheError, match=f"row of '{text}' is damaged .*verify .* --repair"):
            list(read)
    ((caption, said),) = verify(cache, repair=True).damaged
    assert caption == text and problem in said
    assert verify(cache).sound and cache.fill([text], ToyParser()).parsed == 1


def test_a_broken_file_is_reported(cache, tmp_path):
    cache.fill([f"man feeds {i} {'x' * 300}" for i in range(300)], ToyParser())
    cache.close()
    content = bytearray((tmp_path / "a.db").read_bytes())
    content[4096 * 30 : 4096 * 34] = b"\x5a" * (4 * 4096)
    (tmp_path / "a.db").write_bytes(content)
    with ParseCache.open(tmp_path / "a.db") as broken:
        assert not verify(broken).sound


@pytest.mark.parametrize("name", [name for name, entry in FORMATS.items() if entry.lossless])
def test_export_import_export_through_caches_is_byte_identical(name, other, tmp_path):
    if name == "parquet":
        pytest.importorskip("pyarrow")
    suffix = FORMATS[name].suffix
    with ParseCache.open(tmp_path / "c.db") as cache:
        entry = cache.enter("toy", "1 é")
        cache.store(entry, [encode(result) for result in sample_results()])
        count = export(cache, entry, tmp_path / f"1{suffix}")
    entry, imported = import_file(other, tmp_path / f"1{suffix}")
    assert (entry.name, entry.version, imported) == ("toy", "1 é", count)
    export(other, entry, tmp_path / f"2{suffix}")
    assert (tmp_path / f"1{suffix}").read_bytes() == (tmp_path / f"2{suffix}").read_bytes()
    assert verify(other).sound


def test_a_cut_file_is_imported_not_at_all(cache, other, tmp_path):
    export(cache, cache.one_parser(), tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines[:-1]))
    with pytest.raises(FormatError, match="the file is cut"):
        import_file(other, tmp_path / "a.jsonl")
    assert other.parsers() == []
    assert other.connection.execute("SELECT count(*) FROM parses").fetchone() == (0,)


def test_a_name_can_be_given_to_imported_parses(cache, other, tmp_path):
    export(cache, cache.one_parser(), tmp_path / "sent2srl.json")
    entry, count = import_file(other, tmp_path / "sent2srl.json", parser="bert", version="2019")
    assert (entry.name, entry.version, count) == ("bert", "2019", 31)


def test_merging_keeps_what_is_here_and_prefers_parses_to_failures(cache, other):
    entry = other.enter("toy", "1")
    other.store(
        entry,
        [encode(toy_parse("x FAIL")), encode(ParseFailure(TEXTS[0], "no")), encode(toy_parse("new feeds"))],
    )
    other.fill(["man feeds"], ToyParser("second", "1"))
    assert merge(cache, other) == {"toy@1": 3, "second@1": 1}
    mine = cache.parsers()[0]
    assert cache.get("x FAIL", mine) == toy_parse("x FAIL")
    assert cache.get(TEXTS[0], mine) == toy_parse(TEXTS[0])
    assert cache.get("new feeds", mine) == toy_parse("new feeds")
    assert verify(cache).sound


def test_merging_refuses_a_parser_that_changed(cache, other):
    other.enter("toy", "1", canary="0" * 64)
    with pytest.raises(CacheError, match="canary"):
        merge(cache, other)


def test_garbage_is_old_versions_one_parser_or_failures(cache):
    assert collect_garbage(cache, failures=True) == 3
    cache.fill(TEXTS[:5], ToyParser(version="2"))
    cache.fill(TEXTS[:2], ToyParser("third", "1"))
    assert collect_garbage(cache) == 31
    assert [(entry.name, entry.version) for entry in cache.parsers()] == [("toy", "2"), ("third", "1")]
    assert collect_garbage(cache, parser="third") == 2
    with pytest.raises(CacheError, match="no parses by third; parsers here: toy"):
        collect_garbage(cache, parser="third")
    assert verify(cache).rows == 5

import hashlib
import json

import pytest

from parsing import tally
from parsing.json_lines import FormatError
from parsing.tally import Tally, write_tallied


def tally_of(*records: bytes) -> Tally:
    found = Tally()
    for record in records:
        found.add(record)
    return found


@pytest.mark.parametrize("spool", [1, 2**20])
def test_the_header_says_number_and_digest_of_what_follows(spool, tmp_path, monkeypatch):
    monkeypatch.setattr(tally, "SPOOL_BYTES", spool)
    path = tmp_path / "a.txt"
    records = (b"one\n", b"two\n")
    assert write_tallied(path, iter(records), {"a": 1, "records": 7, "digest": "x"}, b"# ") == 2
    first, _, rest = path.read_bytes().partition(b"\n")
    assert rest == b"".join(records)
    header = json.loads(first.removeprefix(b"# "))
    assert header == {"a": 1, "records": 2, "digest": hashlib.sha256(rest).hexdigest()}
    tally_of(*records).compare(path, header)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ((b"one",), "1 record, the header promises 2: the file is cut"),
        ((b"one", b"two", b"two"), "3 records, the header promises 2: the file is changed"),
        ((b"one", b"TWO"), "do not match the digest .* after an edit by hand take records and digest out"),
    ],
)
def test_other_records_are_an_error(records, message):
    with pytest.raises(FormatError, match=f"a.txt: .*{message}"):
        tally_of(*records).compare("a.txt", tally_of(b"one", b"two").header)


def test_a_header_that_says_neither_is_believed():
    tally_of(b"one").compare("a.txt", {})

import sqlite3
import subprocess
import sys
import warnings

import pytest

from parsing.cache_file import APPLICATION_ID, CacheError, connect, filesystem_of


def test_a_new_file_is_in_wal_mode_and_marked_as_ours(tmp_path):
    connection = connect(tmp_path / "new folder" / "a b%20?.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
    connection.close()
    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["a b%20?.db"]


def test_a_newer_schema_is_refused(tmp_path):
    path = tmp_path / "cache.db"
    connection = connect(path)
    connection.execute("PRAGMA user_version=2")
    connection.close()
    with pytest.raises(CacheError, match=r"cache.db: schema version 2 is newer than 1.*install a newer hgr"):
        connect(path)


def test_a_foreign_sqlite_file_is_refused_unchanged(tmp_path):
    path = tmp_path / "photos.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos(x)")
        connection.execute("CREATE TRIGGER t AFTER INSERT ON photos BEGIN DELETE FROM photos; END")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CacheError, match="SQLite file of another program"):
        connect(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"hello", b"SQLite format 3\x00", b"\x00" * 4096])
def test_what_is_no_sqlite_file_is_refused(content, tmp_path):
    path = tmp_path / "cache.db"
    path.write_bytes(content)
    with pytest.raises(CacheError, match="no SQLite file"):
        connect(path)
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_cache_and_a_missing_one_only_when_wanted(tmp_path):
    (tmp_path / "empty.db").touch()
    connect(tmp_path / "empty.db").close()
    assert (tmp_path / "empty.db").stat().st_size > 0
    with pytest.raises(CacheError, match="no such parse cache"):
        connect(tmp_path / "missing.db", create=False)
    with pytest.raises(CacheError, match="is a folder"):
        connect(tmp_path)
    with pytest.raises(CacheError, match="cannot be opened"):
        connect(tmp_path / "empty.db" / "below.db")


def test_a_damaged_schema_page_is_a_clear_error(tmp_path):
    path = tmp_path / "cache.db"
    connect(path).close()
    content = bytearray(path.read_bytes())
    content[100:200] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(CacheError, match="cache.db: cannot be used as a parse cache"):
        connect(path).execute("SELECT * FROM parses").fetchall()


def test_where_wal_is_refused_one_warning_and_the_rollback_journal(tmp_path):
    path = tmp_path / "cache.db"
    with pytest.warns(UserWarning, match="no write-ahead log .refused by SQLite.") as caught:
        connection = connect(
            path, vfs="unix-dotfile"
        )  # a file layer without shared memory, as on a network share
    assert len(caught) == 1
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.execute("INSERT INTO parsers(name, version, canary) VALUES('a', 'b', '')")
    connection.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = connect(path)
    assert again.execute("SELECT name FROM parsers").fetchall() == [("a",)]
    again.close()


def test_network_file_systems_are_told_from_the_mount_table(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/x / ext4 rw 0 0\nserver:/y {tmp_path}/with\\040blank nfs4 rw 0 0\n")
    assert filesystem_of(tmp_path / "cache.db", mounts) == "ext4"
    assert filesystem_of(tmp_path / "with blank" / "deep" / "cache.db", mounts) == "nfs4"
    assert filesystem_of(tmp_path / "cache.db", tmp_path / "missing") == ""
    monkeypatch.setattr("parsing.cache_file.filesystem_of", lambda path: "nfs4")
    with pytest.warns(UserWarning, match="nfs4 is a network file system"):
        connection = connect(tmp_path / "cache.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


def test_many_processes_may_create_the_same_file_at_once(tmp_path):
    path = str(tmp_path / "c.db")
    code = f"from pathlib import Path; from parsing.cache_file import connect; connect(Path({path!r}))"
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(6)]
    assert [process.communicate()[1] for process in processes] == [b""] * 6
    connection = connect(tmp_path / "c.db", create=False)
    assert connection.execute("SELECT count(*) FROM parses").fetchone() == (0,)
    connection.close()

"""The SQLite file under a parse cache: opening, schema, journal mode, and the refusal of anything else."""

from __future__ import annotations

import os
import sqlite3
import time
import warnings
from pathlib import Path
from urllib.parse import quote

from parsing.input_error import InputError

MAGIC = b"SQLite format 3\x00"
APPLICATION_ID = 0x48475250
"""The letters HGRP in SQLite's header: this file is a parse cache."""
SCHEMA_VERSION = 1
BUSY_SECONDS = 60.0
NETWORK_FILESYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "9p",
    "fuse.sshfs",
    "ceph",
    "lustre",
    "beegfs",
}
"""Where processes of several machines may meet; there WAL, which needs shared memory, is unsafe."""
_SCHEMA = (
    "CREATE TABLE parsers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL,"
    " canary TEXT NOT NULL, UNIQUE(name, version))",
    "CREATE TABLE parses(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,"
    " parser INTEGER NOT NULL REFERENCES parsers(id), text NOT NULL, status TEXT NOT NULL, payload NOT NULL,"
    " digest BLOB NOT NULL, attempts INTEGER NOT NULL)",
    "CREATE INDEX parses_of_parser ON parses(parser, status)",
    "CREATE TABLE claims(key BLOB PRIMARY KEY, owner TEXT NOT NULL, expires REAL NOT NULL) WITHOUT ROWID",
)


class CacheError(InputError):
    """A parse cache that cannot be used; the message names the file, what was found and what to do."""


def connect(path: Path, *, create: bool = True, vfs: str = "") -> sqlite3.Connection:
    """Open a parse cache, making it where it is missing.

    Args:
        path: The file.
        create: Whether a missing file is made.
        vfs: SQLite's file layer, its default where empty.

    Raises:
        CacheError: Missing, no SQLite file, another program's SQLite file, a newer schema, damaged, or no
            permission.
    """
    if path.is_dir():
        raise CacheError(f"{path}: is a folder, expected a parse cache file")
    if not path.exists() and not create:
        raise CacheError(f"{path}: no such parse cache")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_other_files(path)
        options = f"?vfs={vfs}" if vfs else "?mode=ro&immutable=1" if is_read_only(path) else ""
        uri = f"file:{quote(str(path.absolute()))}{options}"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    except (sqlite3.Error, OSError) as error:
        raise CacheError(f"{path}: cannot be opened ({error})") from error
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        if is_read_only(path):
            return connection
        _prepare(connection, path)
        _set_journal(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise CacheError(f"{path}: cannot be used as a parse cache ({error})") from error
    except BaseException:
        connection.close()
        raise
    return connection


def is_read_only(path: Path) -> bool:
    """Whether a cache can only be read: it is there, and its file or folder may not be written.

    Raises:
        CacheError: It may not be written and has a write-ahead log, without which its content would be old.
    """
    if not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return False
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        raise CacheError(
            f"{path}: may not be written, but has commits in {log.name}; open it once where it may be"
        )
    return True


def _refuse_other_files(path: Path) -> None:
    """Judge a file by its first 100 bytes, before SQLite runs anything that is in it."""
    if not path.exists():
        return
    with open(path, "rb") as file:
        header = file.read(100)
    if not header:
        return
    if not header.startswith(MAGIC) or len(header) < 100:
        raise CacheError(f"{path}: no SQLite file, expected a parse cache")
    application = int.from_bytes(header[68:72], "big")
    version = int.from_bytes(header[60:64], "big")
    unfinished = application == 0 and version == 0 and Path(f"{path}-journal").exists()
    if application != APPLICATION_ID and not unfinished:
        raise CacheError(
            f"{path}: a SQLite file of another program (application id {application:#x}), no parse cache"
        )
    if version > SCHEMA_VERSION:
        raise CacheError(
            f"{path}: schema version {version} is newer than {SCHEMA_VERSION}, the newest that this release reads; "
            "install a newer hgr"
        )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in one transaction, so that a kill leaves none or all of them."""
    if _pragma(connection, "application_id") == APPLICATION_ID:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _pragma(connection, "application_id") != APPLICATION_ID:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise CacheError(f"{path}: a SQLite file of another program, no parse cache")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _set_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Write-ahead log where the file system allows it, otherwise the slower rollback journal, with one warning."""
    filesystem = filesystem_of(path)
    reason = f"{filesystem} is a network file system" if filesystem in NETWORK_FILESYSTEMS else ""
    if not reason and _switch_to_wal(connection):
        connection.execute("PRAGMA synchronous=NORMAL")
        return
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=FULL")
    warnings.warn(
        f"{path}: no write-ahead log ({reason or 'refused by SQLite'}); "
        "using the rollback journal, which is slower and lets readers wait for writers",
        stacklevel=5,
    )


def _switch_to_wal(connection: sqlite3.Connection) -> bool:
    """The switch needs the file alone for a moment, and SQLite's own waiting does not cover it."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal"
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def filesystem_of(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Type of the file system that holds a path ("ext4", "nfs4"), "" where the system does not tell."""
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    folder = str(path.absolute().parent)
    best, kind = "", ""
    for line in lines:
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if (folder + "/").startswith(point.rstrip("/") + "/") and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]

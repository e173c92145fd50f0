"""Who is parsing what: rows that keep two processes from parsing one caption, and that die with their owner."""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

CLAIM_SECONDS = 180.0
"""How long a claim from another machine is believed; an owner on this machine is looked up instead."""


def owner_name(pid: int | None = None) -> str:
    """Host, process id and start time of a process: unique even when ids are used again."""
    pid = os.getpid() if pid is None else pid
    return f"{socket.gethostname()}:{pid}:{_start_time(pid)}"


def is_alive(owner: str, expires: float) -> bool:
    """Whether the owner of a claim can still finish it."""
    host, pid, start = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return expires > time.time()
    if start:
        return _start_time(int(pid)) == start
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def take(connection: sqlite3.Connection, owner: str, keys: Sequence[bytes]) -> set[bytes]:
    """Claim keys inside the caller's transaction.

    Returns:
        The keys that another living process holds; all others are now the owner's.
    """
    held: dict[bytes, tuple[str, float]] = {}
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        marks = ",".join("?" * len(part))
        rows = connection.execute(f"SELECT key, owner, expires FROM claims WHERE key IN ({marks})", part)
        held |= {bytes(key): (who, expires) for key, who, expires in rows}
    alive = {claim: claim[0] != owner and is_alive(*claim) for claim in set(held.values())}
    taken = {key for key, claim in held.items() if alive[claim]}
    expires = time.time() + CLAIM_SECONDS
    connection.executemany(
        "INSERT OR REPLACE INTO claims VALUES(?, ?, ?)",
        [(key, owner, expires) for key in keys if key not in taken],
    )
    return taken


def release(connection: sqlite3.Connection, keys: Sequence[bytes]) -> None:
    """Give up the claims of finished keys."""
    connection.executemany("DELETE FROM claims WHERE key = ?", [(key,) for key in keys])


def renew(connection: sqlite3.Connection, owner: str) -> None:
    """Extend all claims of an owner that is alive and slow."""
    connection.execute("UPDATE claims SET expires = ? WHERE owner = ?", (time.time() + CLAIM_SECONDS, owner))


def drop_dead(connection: sqlite3.Connection) -> int:
    """Remove the claims of processes that are gone; returns how many."""
    rows = connection.execute("SELECT owner, max(expires) FROM claims GROUP BY owner").fetchall()
    dead = [owner for owner, expires in rows if not is_alive(owner, expires)]
    return sum(connection.execute("DELETE FROM claims WHERE owner = ?", (owner,)).rowcount for owner in dead)


def _start_time(pid: int) -> str:
    """Start of a process in clock ticks since boot, "" where the system does not tell."""
    try:
        content = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return content.rsplit(")", 1)[-1].split()[19]

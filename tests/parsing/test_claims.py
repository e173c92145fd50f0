import subprocess
import sys
import time

import pytest

from parsing import claims
from parsing.cache_file import connect


@pytest.fixture
def connection(tmp_path):
    connection = connect(tmp_path / "cache.db")
    yield connection
    connection.close()


def dead_owner() -> str:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = claims.owner_name(process.pid)
    assert claims.is_alive(owner, 0)
    process.communicate()
    return owner


def test_a_claim_of_a_living_process_is_respected_and_of_a_dead_one_taken(connection):
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    living = claims.owner_name(other.pid)
    assert claims.take(connection, living, [b"a", b"b"]) == set()
    assert claims.take(connection, dead_owner(), [b"c"]) == set()
    mine = claims.owner_name()
    assert claims.take(connection, mine, [b"a", b"c", b"d"]) == {b"a"}
    assert claims.take(connection, mine, [b"c"]) == set()
    claims.release(connection, [b"c", b"d"])
    assert sorted(row[0] for row in connection.execute("SELECT key FROM claims")) == [b"a", b"b"]
    other.communicate()
    assert claims.drop_dead(connection) == 2


def test_a_reused_process_id_is_not_the_owner():
    host, pid, start = claims.owner_name().rsplit(":", 2)
    assert claims.is_alive(f"{host}:{pid}:{start}", 0)
    assert not claims.is_alive(f"{host}:{pid}:{int(start) - 1}", time.time() + 100)


def test_owners_on_other_machines_are_believed_until_their_claims_expire(connection):
    far = "far-away:1:1"
    assert claims.is_alive(far, time.time() + 5) and not claims.is_alive(far, time.time() - 5)
    claims.take(connection, far, [b"a"])
    assert claims.take(connection, claims.owner_name(), [b"a"]) == {b"a"}
    connection.execute("UPDATE claims SET expires = 0")
    claims.renew(connection, far)
    assert claims.drop_dead(connection) == 0
    connection.execute("UPDATE claims SET expires = 0")
    assert claims.take(connection, claims.owner_name(), [b"a"]) == set()
